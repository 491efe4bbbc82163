/** How viewers read volumes: CloudFront in front of the output bucket, which nothing else outside can read. */
import type { Output } from '@pulumi/pulumi';
import type { Cloud } from './cloud.ts';
import { bucketName } from './names.ts';

const DAY_SECONDS = 86_400;
/** AWS's own: what a request must carry on so that S3 answers a browser's questions about other origins. */
const CORS_S3_ORIGIN = '88a5eaf4-2fd4-4709-b370-b4c650ea3fcf';
/** AWS's own: cached by key, for a day unless the object says otherwise. */
const CACHING_OPTIMIZED = '658327ea-f89d-4fab-a63d-7e88639e58f6';
const ORIGIN = 'output';
const METHODS = ['GET', 'HEAD', 'OPTIONS'];
/** What Neuroglancer reads of an answer: sizes for shards, and how a chunk is compressed. */
const EXPOSED = [
  'Accept-Ranges',
  'Cache-Control',
  'Content-Encoding',
  'Content-Length',
  'Content-Range',
  'Content-Type',
  'ETag',
  'Last-Modified',
];
/** CloudFront's address lists are kept in one region, wherever the deployment is. */
const GLOBAL_REGION = 'us-east-1';

export interface Cdn {
  readonly arn: Output<string>;
  readonly domainName: Output<string>;
}

export function makeCdn(cloud: Cloud): Cdn {
  const { aws, place } = cloud;
  const { name, region } = place.deployment;
  const access = new aws.cloudfront.OriginAccessControl('ViewerAccess', {
    name,
    originAccessControlOriginType: 's3',
    signingBehavior: 'always',
    signingProtocol: 'sigv4',
  });
  const distribution = new aws.cloudfront.Distribution('Viewer', {
    comment: `Volumes of ${name}`,
    enabled: true,
    httpVersion: 'http2and3',
    isIpv6Enabled: true,
    priceClass: 'PriceClass_100',
    origins: [
      {
        originId: ORIGIN,
        domainName: `${bucketName(place, 'output')}.s3.${region}.amazonaws.com`,
        originAccessControlId: access.id,
      },
    ],
    defaultCacheBehavior: {
      targetOriginId: ORIGIN,
      viewerProtocolPolicy: 'redirect-to-https',
      allowedMethods: METHODS,
      cachedMethods: METHODS,
      // Chunks are stored compressed.
      compress: false,
      cachePolicyId: CACHING_OPTIMIZED,
      originRequestPolicyId: CORS_S3_ORIGIN,
      responseHeadersPolicyId: makeHeaders(cloud),
    },
    restrictions: { geoRestriction: { restrictionType: 'none' } },
    viewerCertificate: { cloudfrontDefaultCertificate: true },
    ...makeAddressList(cloud),
  });
  return { arn: distribution.arn, domainName: distribution.domainName };
}

function makeHeaders({ aws, place, settings }: Cloud): Output<string> {
  const policy = new aws.cloudfront.ResponseHeadersPolicy('ViewerHeaders', {
    name: place.deployment.name,
    corsConfig: {
      accessControlAllowCredentials: false,
      accessControlAllowHeaders: { items: ['*'] },
      accessControlAllowMethods: { items: METHODS },
      accessControlAllowOrigins: { items: [...settings.viewerOrigins] },
      accessControlExposeHeaders: { items: EXPOSED },
      accessControlMaxAgeSec: DAY_SECONDS,
      originOverride: true,
    },
  });
  return policy.id;
}

/** Nothing where everybody may look. */
function makeAddressList({ aws, place, settings }: Cloud): { readonly webAclId?: Output<string> } {
  const { viewerAddresses } = settings;
  if (viewerAddresses.length === 0) return {};
  const { name } = place.deployment;
  const seen = { cloudwatchMetricsEnabled: true, sampledRequestsEnabled: false };
  const sets = (['IPV4', 'IPV6'] as const).map(
    (version) =>
      new aws.wafv2.IpSet(`Viewers${version}`, {
        region: GLOBAL_REGION,
        name: `${name}-viewers-${version.toLowerCase()}`,
        scope: 'CLOUDFRONT',
        ipAddressVersion: version,
        addresses: viewerAddresses.filter((range) => range.includes(':') === (version === 'IPV6')),
      }),
  );
  const list = new aws.wafv2.WebAcl('Viewers', {
    region: GLOBAL_REGION,
    name: `${name}-viewers`,
    scope: 'CLOUDFRONT',
    defaultAction: { block: {} },
    rules: sets.map((set, priority) => ({
      name: `viewers-${priority}`,
      priority,
      action: { allow: {} },
      statement: { ipSetReferenceStatement: { arn: set.arn } },
      visibilityConfig: { ...seen, metricName: `${name}-viewers-${priority}` },
    })),
    visibilityConfig: { ...seen, metricName: `${name}-viewers` },
  });
  return { webAclId: list.arn };
}

/** For viewers that read the bucket itself, with an account's credentials. */
export function allowOrigins({ aws, settings }: Cloud, bucket: Output<string>): void {
  new aws.s3.BucketCorsConfiguration('OutputCors', {
    bucket,
    corsRules: [
      {
        allowedMethods: ['GET', 'HEAD'],
        allowedOrigins: [...settings.viewerOrigins],
        allowedHeaders: ['*'],
        exposeHeaders: EXPOSED,
        maxAgeSeconds: DAY_SECONDS,
      },
    ],
  });
}
