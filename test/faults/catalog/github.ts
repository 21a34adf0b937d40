/** GitHub’s limits and events. */
import type { Fault } from '../catalog.ts';

export const GITHUB: readonly Fault[] = [
  {
    number: 18,
    happens: 'a webhook is lost',
    behaviour:
      'All open pull requests are decided anew every ten minutes, and the ledger is read anew every five, without any webhook (`app/app.ts`); deliveries that failed within a day are asked for again, once each (`app/redeliver.ts`). A return is read by every sweep by itself (`sweep/returns.ts`).',
    bound:
      'Ten minutes for a pull request, five for what the ledger says and for a delivery that GitHub lists as failed.',
    simulated: null,
    gap: 'A command whose redelivery fails too has to be written again; `/gatepass return` then waits for the next sweep.',
  },
  {
    number: 19,
    happens: 'webhooks come twice, or in another order',
    behaviour:
      'An event only names where to look: everything is read again from GitHub (`app/webhooks.ts`, `app/evaluate.ts`). One evaluation at a time for a pull request, and one more for all that came meanwhile (`app/queue.ts`). What is there already is not written again (`github/check-runs.ts`, `github/comments.ts`).',
    bound: 'None: the end is the same in every order, and a repetition writes nothing.',
    simulated: null,
    gap: null,
  },
  {
    number: 20,
    happens: 'a webhook comes hours late',
    behaviour:
      'The check belongs to a commit, the decision to the head that was read with it, and the merge names that head (`app/evaluate.ts`, `github/merge.ts`), so what is told late is about a commit that nobody merges. A head that the gate has not heard of has no check, and GitHub merges nothing without it.',
    bound: 'No moment in which a stale head is green. A new head waits for its webhook or the next round, ten minutes.',
    simulated: null,
    gap: null,
  },
  {
    number: 21,
    happens: 'GitHub says that we write too often',
    behaviour:
      'Once one call of the app is refused, no ordinary call is sent until the time that GitHub names is over (`app/brake.ts`); then everything open is decided from facts read anew. Starting a sweep has a lane of its own, and so have break-glass requests (`app/emergency.ts`) with the starts for `/gatepass return`, at most one in twenty seconds (`app/commands.ts`); the last tenth of an hour’s requests is theirs (`app/connect.ts`). All lanes together write, and the ordinary one reads, at a pace below GitHub’s limits (`app/pace.ts`); they write only what changed, and ask only whether something is new (`app/conditional.ts`). A dozen are decided at once and the others in the order they came; what is looked at without news stands in nobody’s way (`app/app.ts`).',
    bound:
      'Three writes for a pull request that waits, five for one that merges by itself, none while nothing changes, also for one that is green and waits for its button; 80 writes in any minute over all lanes, of those that tell somebody 500 in any hour, and with reads 900 points in any minute. Of five hundred that come at once the last is decided within 90 minutes; a break-glass request among them within one. A decision waits as long as GitHub says; a start of a sweep and a break-glass request do not, unless GitHub refuses them too: they are asked for again within a minute.',
    simulated: null,
    gap: 'A reaction to a command is left out while GitHub asks for rest. Whoever may push a branch may fill the lane of break-glass. More than about 150 requests an hour wait for the pace. Each check and comment names the first commit at which the gate saw these policies, so that after a restart of the gate whatever waits is written once more. An answer of 304 is free for one token, so each open pull request costs about 26 requests an hour.',
  },
  {
    number: 22,
    happens: 'the hourly budget of a token is small for what is held',
    behaviour:
      'What a sweep asks grows by pages and not by grants: a team is one list (`providers/github-team/github-team.ts`), and above twenty grants so are the comments that may give back (`sweep/command-comments.ts`). Who owns what is read once a sweep, however many comment (`sweep/owners.ts`). What was closed without a merge is looked at when all removals were sent and written down, within a bound of its own (`sweep/closed.ts`). It signs in as the applier, whose hour is worth five thousand calls, and never uses the workflow’s own token',
    bound:
      'fewer than 150 calls a sweep for 2,000 held grants, 0 writes; what was closed unmerged since costs up to 220 more, after the removals, and the rest is left to the next sweep',
    simulated: 'budget-spent',
    gap: 'Each day of the ledger is a file, and a sweep that starts afresh reads them all: one call a day of history. Of more than 2,000 pull requests closed between two sweeps the oldest are not recorded. Comments older than ten thousand others are asked for one grant at a time again',
  },
  {
    number: 23,
    happens: 'a token dies while the sweep runs',
    behaviour:
      'A token of the applier is minted again after fifty minutes, before it is used, and once when GitHub refuses it (`github/app-client.ts`); what providers send is sent once more under the new one (`sweep/fetch.ts`). Minting itself waits for no token, so a key that is gone ends the run',
    bound: 'one call, sent again',
    simulated: null,
    gap: 'a credential of another target that dies during a run is for its provider: the removal fails and is tried by the next sweep',
  },
  {
    number: 55,
    happens: 'the channel that is told of alerts is down',
    behaviour:
      'What is open is compared with what each channel knows (`core/explain/alerts-news.ts`), so nothing is queued and nothing grows: when it is back it is told once of what is open then. The issue and the webhook are told apart from each other, and from everything else (`app/notify.ts`, `app/notify-webhook.ts`). In the issue the list is written before the comment, and neither waits for who is called; comments and labels of others hold up neither (`github/comments.ts`, `github/alerts-issue.ts`).',
    bound:
      'A webhook is tried for at most ten seconds, again after 5 s, 10 s … 10 min or as it asks, at most an hour. After a start while the issue cannot be read, the webhook waits for about half a minute. No grant, removal or check waits for it.',
    simulated: null,
    gap: 'Where issues are switched off, what the webhook knows is forgotten by a restart, and told again; so it is when the gate starts while the issue cannot be read. Nobody is told while the gate itself is down; the run of a sweep is red then.',
  },
];
