/**
 * What copies a volume's content, as lines of shell for any busybox and any GNU system. The streams that lead to a pod
 * may lose their end without an error, so both sides compute a digest, and the pod's is fetched by itself afterwards.
 * The volume's own directory is not part of the content: it belongs to whoever prepared the volume.
 */

/** What the commands of a pod leave for each other. */
export const stateMount = '/state';
const pipe = `${stateMount}/pipe`;
const sum = `${stateMount}/sum`;
const status = `${stateMount}/status`;
const size = `${stateMount}/size`;
const words = `${stateMount}/words`;

/** Where content stands until all of it has come. Whatever else is there is then as it was. */
const stage = '.edgex-boot-restore';

/** Begins a loop over all that a directory holds, but for what is not content. */
const eachEntry = `for entry in * .[!.]* ..?*; do
  case $entry in lost+found|${stage}) continue ;; esac
  if [ ! -e "$entry" ] && [ ! -L "$entry" ]; then continue; fi`;

const begin = (directory: string): string => `export LC_ALL=C; cd ${directory} || exit 1`;
const openPipe = `rm -f ${stateMount}/*; mkfifo ${pipe} || exit 1
sha256sum < ${pipe} > ${sum} &`;

/** Writes the content to the output, as a compressed tar. */
export function sendScript(directory: string): string {
  return `${begin(directory)}
set --
${eachEntry}
  set -- "$@" "./$entry"
done
${openPipe}
du -sk . 2>/dev/null | cut -f1 > ${size}
{ if [ $# -gt 0 ]; then tar -cf - "$@" 2> ${words}; else head -c 1024 /dev/zero; fi; echo $? > ${status}; } |
  gzip -c | tee ${pipe}
wait`;
}

/** Reads so many bytes of a compressed tar from the input, and unpacks them beside the content. */
export function receiveScript(directory: string, sizeBytes: number): string {
  return `${begin(directory)}
rm -rf ./${stage} && mkdir -m 700 ${stage} || exit 1
${openPipe}
echo 0 > ${size}
head -c ${sizeBytes} | tee ${pipe} | gzip -dc |
  { tar -xpf - --numeric-owner -C ${stage} 2> ${words}; echo $? > ${status}; cat > /dev/null; }
wait`;
}

/** Tells how the last copy went; see {@link parseCopyEnd}. */
export const copyEndScript = `cd ${stateMount} && touch words &&
echo "$(cut -d' ' -f1 sum) $(cat status) $(cat size)" && tail -n 5 words && echo end`;

export interface CopyEnd {
  /** Of the stream as the pod has seen it. */
  readonly sha256: string;
  /** Of tar. */
  readonly exitCode: number;
  /** What the content takes; 0 where it was only received. */
  readonly contentKiB: number;
  /** The last words of tar. */
  readonly words: readonly string[];
}

/** Undefined when a part is missing, as when the copy itself was cut. */
export function parseCopyEnd(text: string): CopyEnd | undefined {
  const [, sha256, exitCode, contentKiB, lines = ''] = /^([0-9a-f]{64}) (\d+) (\d+)\n([\s\S]*?)end\n$/.exec(text) ?? [];
  if (sha256 === undefined) return undefined;
  return {
    sha256,
    exitCode: Number(exitCode),
    contentKiB: Number(contentKiB),
    words: lines.split('\n').filter((line) => line !== ''),
  };
}

/** Tells what a volume holds; see {@link parseContent}. */
export function inspectScript(directory: string): string {
  return `${begin(directory)}
count=0
${eachEntry}
  count=$((count + 1))
done
half=0; if [ -e ${stage} ]; then half=1; fi
echo "$count $half $(df -Pk . | awk 'END { print $(NF - 2) }') end"`;
}

export interface Content {
  /** Files and directories at the top. */
  readonly entries: number;
  /** A restore began here and did not come to its end. */
  readonly isHalfRestored: boolean;
  readonly freeKiB: number;
}

export function parseContent(text: string): Content | undefined {
  const [, entries, half, freeKiB] = /^(\d+) ([01]) (\d+) end\n$/.exec(text) ?? [];
  if (entries === undefined) return undefined;
  return { entries: Number(entries), isHalfRestored: half === '1', freeKiB: Number(freeKiB) };
}

/** Puts what was received in the place of what is there, and makes sure that it is on the disk. */
export function replaceScript(directory: string): string {
  return `${begin(directory)}
[ -d ${stage} ] || exit 1
${eachEntry}
  rm -rf "./$entry" || exit 1
done
cd ${stage} || exit 1
${eachEntry}
  mv "./$entry" .. || exit 1
done
cd .. && rmdir ${stage} || exit 1
sync 2>/dev/null || busybox sync`;
}

/** Takes away what was received. */
export function discardScript(directory: string): string {
  return `${begin(directory)}; rm -rf ./${stage}`;
}
