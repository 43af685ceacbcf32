// The tester of /docs. Tokens stay in the page: they are gone when it is left.
const place = document.getElementById("tester");

// Whatever name of the instance the page was opened under, calls go there: the specification names its public one.
const sameOrigin = (address) => {
  const url = new URL(address, location.href);
  return location.origin + url.pathname + url.search;
};

SwaggerUIBundle({
  domNode: place,
  url: place.dataset.specification,
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  persistAuthorization: false,
  validatorUrl: null,
  tryItOutEnabled: true,
  requestInterceptor: (request) => ({ ...request, url: sameOrigin(request.url), credentials: "omit" }),
});
