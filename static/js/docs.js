// The tester of /docs. Tokens stay in the page: they are gone when it is left.
const place = document.getElementById("tester");

SwaggerUIBundle({
  domNode: place,
  url: place.dataset.specification,
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  persistAuthorization: false,
  validatorUrl: null,
  tryItOutEnabled: true,
  requestInterceptor: (request) => ({ ...request, credentials: "omit" }),
});
