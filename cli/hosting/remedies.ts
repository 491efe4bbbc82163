/** What to do, word for word, on each kind of host (docs/hosting.md; VIEWER section 6). */
import type { Host } from './probe.ts';

export type Trouble = 'cors' | 'forbidden' | 'absent-is-forbidden' | 'range' | 'encoding';

const CORS_JSON =
  '{"CORSRules":[{"AllowedHeaders":["*"],"AllowedMethods":["GET","HEAD"],"AllowedOrigins":["*"],' +
  '"ExposeHeaders":["ETag","Content-Range","Content-Encoding","Content-Length"],"MaxAgeSeconds":3000}]}';

const NGINX_HEADERS = [
  'add_header Access-Control-Allow-Origin * always;',
  'add_header Access-Control-Allow-Headers * always;',
  'add_header Access-Control-Expose-Headers "Content-Range, Content-Encoding, Content-Length, ETag" always;',
  'if ($request_method = OPTIONS) { return 204; }',
].join('\n');

const policy = (actions: string, resource: string): string =>
  `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"${actions}","Resource":"arn:aws:s3:::${resource}"}]}`;

const REMEDIES: Readonly<Record<Trouble, Readonly<Record<Host, string>>>> = {
  cors: {
    s3: `aws s3api put-bucket-cors --bucket BUCKET --cors-configuration '${CORS_JSON}'`,
    cloudfront:
      'Attach the response headers policy "SimpleCORS" or one with the headers below, allow OPTIONS in the behaviour, and forward Origin ' +
      `(origin request policy "CORS-S3Origin"); the bucket behind it: aws s3api put-bucket-cors --bucket BUCKET --cors-configuration '${CORS_JSON}'`,
    nginx: `In the location of the volume (an add_header there cancels those of the server block):\n${NGINX_HEADERS}`,
    other:
      'Answer GET, HEAD and OPTIONS with Access-Control-Allow-Origin: *, Access-Control-Allow-Headers: * and ' +
      'Access-Control-Expose-Headers: Content-Range, Content-Encoding, Content-Length, ETag.',
  },
  forbidden: {
    s3: `Switch "block public access" off for the bucket, then: aws s3api put-bucket-policy --bucket BUCKET --policy '${policy('s3:GetObject', 'BUCKET/*')}'`,
    cloudfront:
      "Give the distribution's origin access control s3:GetObject on the bucket, and check its WAF rules.",
    nginx: 'Make the files and the folders above them readable to the user that nginx runs as.',
    other: 'Allow everyone to read the files.',
  },
  'absent-is-forbidden': {
    s3: `Allow listing, so that S3 says 404 of what is not there: add the statement ${policy('s3:ListBucket', 'BUCKET')}`,
    cloudfront:
      "Give the distribution's origin access control s3:ListBucket on the bucket, so that S3 says 404 of what is not there.",
    nginx: 'Take away the rule that forbids names that do not exist.',
    other: 'Answer 404 for what is not there.',
  },
  range: {
    s3: 'S3 answers ranges by itself: look for a proxy in between that does not.',
    cloudfront: 'Keep the Range header in the origin request, and set Compress to false in the behaviour.',
    nginx:
      'Do not serve shards or multi-resolution meshes as .gz: nginx ignores Range for gzip_static files. Store them plain.',
    other: 'Use a server that answers Range requests with 206.',
  },
  encoding: {
    s3: 'Upload again with the header, in one go: cloudreg upload <volume> s3://BUCKET/path',
    cloudfront:
      'Upload again with the header, in one go: cloudreg upload <volume> s3://BUCKET/path; then invalidate the distribution.',
    nginx: 'In the location of the volume: gzip_static always; gunzip on;',
    other: 'Send Content-Encoding: gzip with files that are stored compressed.',
  },
};

export const remedyFor = (trouble: Trouble, host: Host): string => REMEDIES[trouble][host];
