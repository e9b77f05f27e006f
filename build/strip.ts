/** Fields of the 64-bit ELF format that are read here: offsets in the file's header and in a section's header. */
const fileHeader = { sectionsAt: 0x28, sectionSize: 0x3a, sectionCount: 0x3c, namesIndex: 0x3e, size: 0x40 };
const sectionHeader = { type: 0x04, flags: 0x08, offset: 0x18, bytes: 0x20, size: 0x40 };
const noBits = 8;
const allocated = 2n;

/**
 * An ELF program without what only a debugger reads: symbols and debug information, 18 of Node's 125 MB. What is loaded
 * into memory stays where it is, byte for byte; after it come the section headers anew. Done here and not with binutils,
 * so that it works for every architecture, gives the same bits on every machine, and needs nothing installed.
 * @param program 64 bit, little-endian, and with its loaded sections first, as linkers make them
 * @throws Error when it isn't
 */
export function stripProgram(program: Buffer): Buffer {
  if (program.subarray(0, 6).toString('latin1') !== '\x7fELF\x02\x01') throw new Error('not a 64-bit ELF program');
  const sections = readSections(program);
  const namesIndex = program.readUInt16LE(fileHeader.namesIndex);
  const names = sections[namesIndex];
  const firstUnloaded = sections.findIndex((section, index) => index > 0 && !isLoaded(section));
  const kept = sections.slice(0, firstUnloaded);
  if (!names || firstUnloaded < 0 || sections.slice(firstUnloaded).some(isLoaded)) {
    throw new Error('the sections are in an order that this stripping does not know');
  }

  const loaded = Buffer.from(program.subarray(0, Math.max(...kept.map(endOf))));
  const nameBytes = program.subarray(offsetOf(names), endOf(names));
  const namesHeader = Buffer.from(names);
  namesHeader.writeBigUInt64LE(BigInt(loaded.length), sectionHeader.offset);
  const padding = Buffer.alloc(-(loaded.length + nameBytes.length) & 7);

  loaded.writeBigUInt64LE(BigInt(loaded.length + nameBytes.length + padding.length), fileHeader.sectionsAt);
  loaded.writeUInt16LE(kept.length + 1, fileHeader.sectionCount);
  loaded.writeUInt16LE(kept.length, fileHeader.namesIndex);
  return Buffer.concat([loaded, nameBytes, padding, ...kept, namesHeader]);
}

function readSections(program: Buffer): readonly Buffer[] {
  const start = Number(program.readBigUInt64LE(fileHeader.sectionsAt));
  const count = program.readUInt16LE(fileHeader.sectionCount);
  const { size } = sectionHeader;
  return Array.from({ length: count }, (_, index) =>
    program.subarray(start + index * size, start + (index + 1) * size),
  );
}

const isLoaded = (section: Buffer) => (section.readBigUInt64LE(sectionHeader.flags) & allocated) !== 0n;
const offsetOf = (section: Buffer) => Number(section.readBigUInt64LE(sectionHeader.offset));

/** Where its bytes end in the file; memory that is only zeroed (.bss) has none. */
const endOf = (section: Buffer) =>
  section.readUInt32LE(sectionHeader.type) === noBits
    ? 0
    : offsetOf(section) + Number(section.readBigUInt64LE(sectionHeader.bytes));
