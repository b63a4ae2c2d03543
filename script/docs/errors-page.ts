import { ERRORS } from '../../src/core/errors.ts';

/** docs/errors.md: the error table for people. */
export function renderErrorsPage(): string {
  const rows = Object.entries(ERRORS).map(
    ([code, { title, who, http, exit, retry }]) =>
      `| \`${code}\` | ${title} | ${who} | ${http} | ${exit} | ${retry ? 'yes' : 'no'} |`,
  );
  return `# Error codes

Everything that can go wrong, by its code. The codes are stable: test them, not the text. Over HTTP they come as
problem documents (RFC 9457) whose \`type\` is \`/problems/<code>\`; the command line ends with the exit status. A Dockerfile
that does not build is no error but a result: its reasons are in the report of the job.

Who must act: \`user\` whoever sent it, \`operator\` whoever runs the service, \`drydock\` its makers. What only the operator can
mend is told to the log in full and to the client by its title. *Retried* says whether the worker puts a job back that
ended with it.

<!-- Made by script/generate-docs.ts from src/core/errors.ts. -->

| code | what it says | who must act | HTTP | exit | retried |
|---|---|---|---|---|---|
${rows.join('\n')}
`;
}
