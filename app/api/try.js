SwaggerUIBundle({
  url: "/openapi-full.json",
  dom_id: "#docs",
  deepLinking: true,
  tryItOutEnabled: true,
  validatorUrl: null,
});
