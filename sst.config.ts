/// <reference path="./.sst/platform/config.d.ts" />
/**
 * `npx sst deploy --stage dev` makes the deployment `cloudreg-dev`: docs/deploy.md, from an empty account to a volume.
 * What is made, and why, stands in stacks/.
 */
export default $config({
  app: () => ({
    name: 'cloudreg',
    home: 'aws',
    // Raw data, volumes and the table say themselves whether they stay (CLOUDREG_KEEPS_DATA).
    removal: 'remove',
    providers: { aws: { region: process.env.AWS_REGION ?? 'us-east-1' } },
  }),
  async run() {
    const [{ pipeline }, { makeDeployment }, { servicesOf }, { settingsFrom }, { readProgram }] =
      await Promise.all([
        import('./services/pipeline.ts'),
        import('./stacks/program.ts'),
        import('./stacks/services.ts'),
        import('./stacks/settings.ts'),
        import('./stacks/built-program.ts'),
      ]);
    const [{ accountId }, { partition }, { region }, { names }] = await Promise.all([
      aws.getCallerIdentity(),
      aws.getPartition(),
      aws.getRegion(),
      aws.getAvailabilityZones({ state: 'available' }),
    ]);
    const made = makeDeployment({
      aws,
      pulumi: $util,
      components: sst.aws,
      place: {
        deployment: { name: `${$app.name}-${$app.stage}`, region },
        account: accountId,
        partition,
        zones: names,
      },
      settings: settingsFrom(process.env),
      services: servicesOf(pipeline),
      program: readProgram($cli.paths.root),
    });
    return { ...made };
  },
});
