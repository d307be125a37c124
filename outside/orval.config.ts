const output = { target: "./orval/parley.ts", client: "react-query", httpClient: "fetch", baseUrl: process.env.BASE };

export default { parley: { input: "./openapi.json", output } };
