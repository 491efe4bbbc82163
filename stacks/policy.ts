/** Texts of IAM policies. */

export interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: readonly string[] | string;
  readonly Resource: readonly string[];
  /** Of a resource's own policy: to whom it speaks. */
  readonly Principal?: '*' | Readonly<Record<string, string>>;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export const policyText = (statements: readonly Statement[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });

export const allow = (
  Action: readonly string[],
  Resource: readonly string[],
  Condition?: NonNullable<Statement['Condition']>,
): Statement => ({ Effect: 'Allow', Action, Resource, ...(Condition ? { Condition } : {}) });

/** Whatever is asked of the bucket without TLS is refused. */
export const tlsOnly = (bucketArn: string): Statement => ({
  Effect: 'Deny',
  Principal: '*',
  Action: 's3:*',
  Resource: [bucketArn, `${bucketArn}/*`],
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
});

/** Who may take a role: an AWS service. */
export const trustOf = (service: 'ec2.amazonaws.com' | 'lambda.amazonaws.com'): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
  });
