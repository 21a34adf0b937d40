import { appendFileSync, readFileSync } from 'node:fs';

const { env } = process;
const event = JSON.parse(readFileSync(env.GITHUB_EVENT_PATH, 'utf8'));
appendFileSync(env.GITHUB_OUTPUT, `said=${env.INPUT_GREETING}\nlines<<EOF\none\ntwo\nEOF\n`);
appendFileSync(env.GITHUB_STEP_SUMMARY, `# ${env.INPUT_GREETING}\n`);
appendFileSync(env.GITHUB_STATE, 'begun=yes\n');
console.log(`key=${env['INPUT_PRIVATE-KEY']}`);
console.log('::add-mask::derived-secret');
console.log('derived-secret must not be seen');
console.log('::error file=requests/a.yaml,line=3,title=too long::3d is more than 2h%0Aask for less');
console.log(`env ${JSON.stringify({ names: Object.keys(env).sort(), event, repository: env.GITHUB_REPOSITORY })}`);
if (env.INPUT_GREETING === 'fail') process.exit(3);
