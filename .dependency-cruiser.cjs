/**
 * The layering of the project: which room of src/ may import which. A room imports only rooms before it in the list.
 * Everything but the rooms in NODE_ONLY runs in a browser as well as in Node.
 */

const ROOMS = [
  "text",
  "abi",
  "machine",
  "explore",
  "module",
  "direct",
  "conform",
  "kernel",
  "helpers",
  "flows",
  "check",
  "clang",
  "decode",
  "report",
  "cli",
];

/** Neighbours in the list that do not know of each other. */
const STRANGERS = {
  machine: ["text", "abi"],
  explore: ["text", "abi"],
  module: ["explore"],
  conform: ["explore", "direct"],
  kernel: ["explore", "direct", "conform"],
  helpers: ["explore", "direct", "conform"],
  flows: ["explore", "direct", "conform"],
  check: ["direct", "conform"],
  clang: ["explore", "check", "direct", "conform"],
  decode: ["machine", "explore", "module", "direct", "conform", "kernel", "helpers", "flows", "check", "clang"],
};

/** Floors inside a room, lowest first: a file imports its own floor and those below. */
const FLOORS = {
  explore: ["state", "step", "search"],
  module: ["state", "steps", "leaves"],
  clang: ["ir", "slice", "patch", "compile", "interpret", "intrinsics", "subject"],
};

const NODE_ONLY = ["cli"];

const anyOf = (names) => `(?:${names.join("|")})`;

/** One rule for each room: of src/, it imports itself and the rooms below it, nothing else. */
const rooms = ROOMS.map((room, height) => {
  const below = ROOMS.slice(0, height).filter((lower) => !STRANGERS[room]?.includes(lower));
  return {
    name: `room-${room}`,
    comment: `src/${room} may import only: ${below.join(", ") || "no other room"}.`,
    severity: "error",
    from: { path: `^src/${room}/` },
    to: { path: "^src/", pathNot: `^src/${anyOf([room, ...below])}/` },
  };
});

const floors = Object.entries(FLOORS).flatMap(([room, names]) =>
  names.slice(0, -1).map((floor, height) => ({
    name: `floor-${room}-${floor}`,
    comment: `src/${room}/${floor} imports of its room: ${names.slice(0, height + 1).join(", ")}.`,
    severity: "error",
    from: { path: `^src/${room}/${floor}/` },
    to: { path: `^src/${room}/`, pathNot: `^src/${room}/${anyOf(names.slice(0, height + 1))}/` },
  })),
);

const BROWSER = [`^src/(?!${anyOf(NODE_ONLY)}/)[^/]+/`, "^web/"];

module.exports = {
  forbidden: [
    ...rooms,
    ...floors,
    {
      name: "explore-by-its-face",
      comment: "Whoever uses the model checker imports src/explore/index.ts; tests may look inside.",
      severity: "error",
      from: { path: "^(?:src|bench|tools|web)/", pathNot: "^src/explore/" },
      to: { path: "^src/explore/", pathNot: "^src/explore/index\\.ts$" },
    },
    {
      name: "interpreter-without-subject",
      comment:
        "The interpreter knows pages, locks and words; what its C is about, its host tells it. It imports of src/: machine, kernel, clang/ir.",
      severity: "error",
      from: { path: "^src/clang/interpret/" },
      to: { path: "^src/", pathNot: "^src/(?:machine|kernel|clang/(?:ir|interpret))/" },
    },
    {
      name: "known-rooms",
      comment: "A new folder of src/ needs its place in the list of rooms.",
      severity: "error",
      from: { path: "^src/[^/]+/", pathNot: `^src/${anyOf(ROOMS)}/` },
      to: {},
    },
    {
      name: "index-without-cli",
      comment: "The library's front door may import every room but the command line.",
      severity: "error",
      from: { path: "^src/[^/]+$" },
      to: { path: "^src/cli/" },
    },
    {
      name: "web-on-browser-rooms",
      comment: "The page runs in a browser, so it builds only on rooms that do.",
      severity: "error",
      from: { path: "^web/" },
      to: { path: [`^src/${anyOf(NODE_ONLY)}/`, "^src/[^/]+$"] },
    },
    {
      name: "browser-without-node",
      comment: "This room runs in a browser too: it imports no Node builtin.",
      severity: "error",
      from: { path: BROWSER },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "browser-without-node-rooms",
      comment: "This room runs in a browser too: of a Node-only room it may import types alone.",
      severity: "error",
      from: { path: BROWSER },
      to: { path: `^src/${anyOf(NODE_ONLY)}/`, dependencyTypesNot: ["type-only"] },
    },
    {
      name: "src-alone",
      comment: "Production code never imports tests, benchmarks or the page.",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^(?:test|bench|web)/" },
    },
    {
      name: "no-circular",
      comment: "Two modules that need each other are one module, or hide a third.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-unresolvable",
      comment: "The import leads nowhere.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "no-development-packages",
      comment: "What ships may import only what is installed with it.",
      severity: "error",
      from: { path: "^src/" },
      to: { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"], dependencyTypesNot: ["type-only"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: ["^dist/", "^test/fixtures/"] },
    tsConfig: { fileName: "tsconfig.json" },
    // Imports of types count: a room that names a higher room's type depends on it.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["types", "import", "node", "default"] },
  },
};
