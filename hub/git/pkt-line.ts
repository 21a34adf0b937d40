/** git's packet lines (gitprotocol-pack): the ref commands of a push read, a refusal written. */

export interface Command {
  readonly ref: string;
  readonly before: string;
  readonly after: string;
}

export interface PushRequest {
  readonly commands: readonly Command[];
  readonly capabilities: ReadonlySet<string>;
  /** Where the pack starts. */
  readonly pack: Buffer;
}

/** `null`: not the body of a push. */
export function parsePush(body: Buffer): PushRequest | null {
  const commands: Command[] = [];
  let capabilities = new Set<string>();
  let at = 0;
  while (at + 4 <= body.length) {
    const length = Number.parseInt(body.toString('latin1', at, at + 4), 16);
    if (length === 0) return { commands, capabilities, pack: body.subarray(at + 4) };
    if (!(length >= 4)) return null;
    const [line = '', offered] = body
      .toString('utf8', at + 4, at + length)
      .replace(/\n$/, '')
      .split('\0');
    if (offered !== undefined) capabilities = new Set(offered.trim().split(' '));
    const [, before, after, ref] = /^([0-9a-f]{40}) ([0-9a-f]{40}) (.+)$/.exec(line) ?? [];
    if (before !== undefined && after !== undefined && ref !== undefined) commands.push({ before, after, ref });
    at += length;
  }
  return null;
}

/** The report that makes `git push` say `! [remote rejected]` with these reasons, and print the messages. */
export function refusePush(
  push: PushRequest,
  reasons: ReadonlyMap<string, string>,
  messages: readonly string[],
): Buffer {
  const lines = push.commands.map(({ ref }) => `ng ${ref} ${reasons.get(ref) ?? 'pre-receive hook declined'}\n`);
  const report = Buffer.concat([pkt('unpack ok\n'), ...lines.map(pkt), FLUSH]);
  if (!push.capabilities.has('side-band-64k')) return report;
  const said = messages.map((message) => pkt(`\x02${message}\n`));
  return Buffer.concat([...said, pkt(Buffer.concat([Buffer.from([1]), report])), FLUSH]);
}

const FLUSH = Buffer.from('0000');

export function pkt(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, '0')), bytes]);
}
