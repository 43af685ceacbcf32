wrk.headers["HX-Request"] = "true"
wrk.headers["HX-Request-Type"] = "partial"
