#!/bin/sh
# fflate's streaming reader takes an archive in an archive for more files of the outer one.
#
# Expected:  Unzip gives the files that unzipSync() gives: the README has it as the way to do the same with streams. What
#            is inside a stored file is of no concern: its length and its checksum come after it, as the ZIP
#            specification allows.
# Happens:   inner.zip, stored in outer.zip, comes out shorter or longer than it is, together with a file a.txt that
#            outer.zip does not have. How long it is depends on how the bytes arrive. There is no error. Many documents
#            are such files (.docx, .odt, .epub, .xpi).
# Version:   fflate 0.8.3, client-zip 2.5.1 (which writes both archives, as a service worker would), Node 20.20.2
# Output:    outer.zip, unzipSync(): inner.zip 129 right, b.txt 20 right
#            outer.zip, Unzip, in one piece: inner.zip 332 wrong, a.txt 5 not in it, b.txt 20 right
#            outer.zip, Unzip, in pieces of 64: inner.zip 13 wrong, a.txt 5 not in it, b.txt 20 right
#            outer.zip, Unzip, in pieces of 1: inner.zip 0 wrong, a.txt 5 not in it, b.txt 20 right
#            with the lengths ahead, Unzip, in pieces of 1: inner.zip 129 right, b.txt 20 right
# Reason:    where the length comes after the data, the reader looks for the next signature of a record (`push` of Unzip), and
#            takes the first one, which is in the inner archive. It compares neither the length nor the checksum that
#            come with it, which would tell the two apart.
# Exit code: 0 as described, 1 when the behaviour changed.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{"private":true}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts fflate@0.8.3 client-zip@2.5.1
cat > run.mjs <<'JS'
import { Unzip, UnzipInflate, UnzipPassThrough, unzipSync, zipSync } from "fflate";
import { makeZip } from "client-zip";

const archive = async (files) =>
  new Uint8Array(await new Response(makeZip(Object.entries(files).map(([name, input]) => ({ name, input })))).arrayBuffer());
const files = { "inner.zip": await archive({ "a.txt": Buffer.from("hello") }), "b.txt": Buffer.from("B".repeat(20)) };
const outer = await archive(files);
// The same files by fflate's own writer, which writes a file's length ahead of its data.
const ahead = zipSync(files, { level: 0 });

function streamed(bytes, size) {
  const got = [];
  const reader = new Unzip((file) => {
    const parts = [];
    file.ondata = (error, data, last) => {
      if (error) throw error;
      parts.push(Buffer.from(data));
      if (last) got.push([file.name, Buffer.concat(parts)]);
    };
    file.start();
  });
  reader.register(UnzipInflate);
  reader.register(UnzipPassThrough);
  for (let at = 0; at < bytes.length; at += size) reader.push(bytes.slice(at, at + size), at + size >= bytes.length);
  return got;
}

function line(what, got) {
  const verdict = (name, data) => {
    if (!files[name]) return "not in it";
    return Buffer.compare(data, files[name]) === 0 ? "right" : "wrong";
  };
  const found = got.map(([name, data]) => `${name} ${data.length} ${verdict(name, data)}`).join(", ");
  console.log(`${what}: ${found}`);
  return found;
}

const found = [
  line("outer.zip, unzipSync()", Object.entries(unzipSync(outer))),
  line("outer.zip, Unzip, in one piece", streamed(outer, outer.length)),
  line("outer.zip, Unzip, in pieces of 64", streamed(outer, 64)),
  line("outer.zip, Unzip, in pieces of 1", streamed(outer, 1)),
  line("with the lengths ahead, Unzip, in pieces of 1", streamed(ahead, 1)),
];
const right = `inner.zip ${files["inner.zip"].length} right, b.txt 20 right`;
const wrong = (size) => `inner.zip ${size} wrong, a.txt 5 not in it, b.txt 20 right`;
process.exit(found.join("; ") === [right, wrong(332), wrong(13), wrong(0), right].join("; ") ? 0 : 1);
JS
node run.mjs
