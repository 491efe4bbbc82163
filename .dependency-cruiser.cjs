/** Import rules of ARCHITECTURE.md section 5: each a sentence that can be broken. */
const services = '^services/[^/]+/';
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'a-service-never-imports-another-service',
      severity: 'error',
      from: { path: '^services/([^/]+)/' },
      to: { path: services, pathNot: '^services/$1/' },
    },
    {
      name: 'services-import-only-shared-and-the-parameters',
      severity: 'error',
      from: { path: services },
      to: { path: '^(cli|stacks|bench|test)/|^services/pipeline' },
    },
    {
      name: 'the-engine-imports-nothing-of-the-project-but-itself',
      severity: 'error',
      from: { path: '^shared/engine/' },
      to: { path: '^(services|cli|stacks|bench|test|shared)/', pathNot: '^shared/engine/' },
    },
    {
      name: 'shared-never-imports-services-or-the-command-line',
      severity: 'error',
      from: { path: '^shared/' },
      to: { path: '^(services|cli|stacks|bench|test)/' },
    },
    {
      name: 'only-the-aws-adapters-know-aws',
      severity: 'error',
      from: { path: '^(shared|services)/', pathNot: '^shared/adapters/aws/' },
      to: { path: 'node_modules/@aws-sdk/' },
    },
    {
      name: 'printing-and-progress-live-in-the-command-line-only',
      severity: 'error',
      from: { path: '^(shared|services)/' },
      to: { path: 'node_modules/commander/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^shared/kernels/assembly/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
  },
};
