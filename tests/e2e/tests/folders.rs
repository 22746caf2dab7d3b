//! Experiment.
#![cfg(feature = "browsers")]

use anyhow::Context;
use e2e::webdriver::Element;
use e2e::{Result, World, friends};
use std::fs;

#[test]
fn experiment() -> Result {
    let world = World::start("folders-experiment")?;
    let browsers = friends::contacts(&world)?;
    let folder = world.folder().join("many");
    for number in 0..10_000 {
        let sub = folder.join(format!("{}", number % 10));
        fs::create_dir_all(&sub)?;
        fs::write(
            sub.join(format!("file {number}.bin")),
            vec![(number % 256) as u8; 1_000],
        )?;
    }
    fs::write(world.folder().join("one.bin"), vec![7_u8; 10_000_000])?;
    for browser in &browsers {
        browser.leave_popup()?;
        let session = browser.session()?;
        let field = session.execute(
            "const field = document.createElement('input');
             field.type = 'file'; field.multiple = true; field.id = 'dir';
             document.documentElement.append(field);
             const one = document.createElement('input'); one.type='file'; one.id='one'; document.documentElement.append(one);
             return field;",
            &[],
        )?;
        let field = Element::from_value(&field).context("no field")?;
        let at = std::time::Instant::now();
        let paths: Vec<String> = (0..10_000)
            .map(|n| {
                folder
                    .join(format!("{}/file {n}.bin", n % 10))
                    .display()
                    .to_string()
            })
            .collect();
        let keys = session.keys(
            &field,
            &paths.join(
                "
",
            ),
        );
        println!("{} choose {:?} {:?}", browser.name(), keys, at.elapsed());
        let one = session.execute("return document.getElementById('one')", &[])?;
        session.keys(
            &Element::from_value(&one).context("none")?,
            &world.folder().join("one.bin").display().to_string(),
        )?;
        let out = browser.run(
            "const files = [...document.getElementById('dir').files];
             const said = [files.length, files[0]?.webkitRelativePath];
             let at = performance.now();
             const lap = (what) => { said.push(what + ' ' + Math.round(performance.now() - at)); at = performance.now(); };
             const one = document.getElementById('one').files[0];
             for (let k = 0; k < 2; k++) { const total = files.reduce((n, f) => n + f.size, 0); lap('sizes'); }
             let parts = [];
             for (const file of files) parts.push(new Uint8Array(60), file);
 const two = [...files]; new Blob(two.slice(0, 1000)); lap('blob of 1000'); new Blob(two.slice(0, 1000)); lap('again');
             const zip = new File(parts, 'x.zip'); lap('compose ' + zip.size);
             const contents = new Blob(files); lap('contents');
             const readAll = async (blob) => { let n = 0; for (let a = 0; a < blob.size; a += 1 << 20) { const b = await blob.slice(a, a + (1 << 20)).arrayBuffer(); n += b.byteLength; } return n; };
             lap('one read ' + await readAll(one));
             lap('contents read ' + await readAll(contents));
             lap('zip read ' + await readAll(zip));
             let n = 0; await Promise.all(files.map(async (f) => { n += (await f.arrayBuffer()).byteLength; })); lap('each read at once ' + n);
             const inner = new Worker(URL.createObjectURL(new Blob([]))); 
             return said;",
        );
        println!("{} {:?}", browser.name(), out);
        let out = browser.run(
            "const frame = document.createElement('iframe'); frame.src = 'offscreen.html?x'; 
             const files = [...document.getElementById('dir').files];
             const said = []; let at = performance.now();
             const lap = (what) => { said.push(what + ' ' + Math.round(performance.now() - at)); at = performance.now(); };
             // A second listener in the same process, and the engine's page hears too.
             const a = new BroadcastChannel('xx'), b = new BroadcastChannel('xx');
             const got = new Promise((resolve) => { b.onmessage = ({ data }) => resolve(data); b.onmessageerror = () => resolve('error'); });
             a.postMessage({ files });
             lap('posted');
             const data = await Promise.race([got, new Promise((r) => setTimeout(() => r('timeout'), 20000))]);
             lap('come ' + (data.files ? data.files.length : data));
             if (data.files) {
               const contents = new Blob(data.files); let n = 0;
               for (let a = 0; a < contents.size; a += 1 << 20) n += (await contents.slice(a, a + (1 << 20)).arrayBuffer()).byteLength;
               lap('read there ' + n);
             }
             return said;",
        );
        println!("{} {:?}", browser.name(), out);
    }
    Ok(())
}
