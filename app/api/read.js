Redoc.init("/openapi-full.json", {
  expandResponses: "200",
  jsonSamplesExpandLevel: 3,
  pathInMiddlePanel: true,
  requiredPropsFirst: true,
}, document.getElementById("docs"));
