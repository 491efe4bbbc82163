/** The dashboard of dashboard.ts on CloudWatch. */
import type { Cloud } from './cloud.ts';
import { dashboardBody } from './dashboard.ts';
import { machineTypesFor } from './machine-types.ts';

export function makeDashboard({ aws, place, services }: Cloud): void {
  const { deployment } = place;
  const body = dashboardBody({
    deployment,
    region: deployment.region,
    services: services.map((service) => ({
      ...service,
      dollarsPerHour: machineTypesFor(service).dollarsPerHour,
    })),
  });
  new aws.cloudwatch.Dashboard('Dashboard', {
    dashboardName: deployment.name,
    dashboardBody: JSON.stringify(body),
  });
}
