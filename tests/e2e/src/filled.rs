//! Chats with a long history, written to the disk beside the engine, which finds them there when it starts again.

use crate::{Browser, Result};
use std::time::Duration;

/// How much is written.
#[derive(Clone, Copy, Debug)]
pub struct Filled {
    /// Contacts that are made before, who are never met.
    pub contacts: u32,
    /// Messages in the chat with each contact.
    pub messages: u32,
    /// The text of a message: the body of a function of its number in all chats, `at`, from 0.
    pub text: &'static str,
}

/// Writes contacts, heads and messages as an engine does that has no index of words: the next one takes all messages into
/// its index.
const WRITE: &str = "
    const finished = (request) => new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const base64 = (bytes) =>
      btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
    const random = (length) => crypto.getRandomValues(new Uint8Array(length));
    for (let made = 0; made < filled.contacts; made++) {
      const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign']);
      const point = new Uint8Array(await crypto.subtle.exportKey('raw', keys.publicKey));
      const identity = base64(new Uint8Array([2 + (point[64] & 1), ...point.slice(1, 33)]));
      const id = [...random(8)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
      const contact = {
        version: 1, id, identity, name: `Person ${made}`, card: null, profileNumber: 1,
        pairSecret: base64(random(32)), lastSeen: null,
      };
      await api.storage.local.set({ [`contact/${id}`]: JSON.stringify(contact) });
    }
    const local = await api.storage.local.get();
    const contacts = Object.keys(local).filter((key) => key.startsWith('contact/')).map((key) => key.slice(8));
    const database = await finished(indexedDB.open('mesh-chat'));
    const all = contacts.length * filled.messages;
    // Two years, up to now.
    const step = 2 * 365 * 24 * 3600 * 1000 / all;
    const begin = Date.now() - all * step;
    for (const [which, contact] of contacts.entries()) {
      const transaction = database.transaction(['threads', 'messages'], 'readwrite');
      const heads = transaction.objectStore('threads');
      const messages = transaction.objectStore('messages');
      const head = (await finished(heads.get(contact))) ?? {
        version: 2, contact, nextNumber: 1, outLast: 0, outDelivered: 0, outRead: 0, outFloor: 0, outKnown: null,
        inLast: null, inRead: null, seen: 0, unread: 0, acts: 0, lastAt: 0,
      };
      for (let written = 0; written < filled.messages; written++) {
        const at = written * contacts.length + which;
        const number = head.nextNumber++;
        const id = base64(random(16));
        const time = Math.floor(begin + at * step);
        const message = { contact, number, at: time, text: text(at), state: 'received' };
        messages.put({ version: 2, message, id });
        Object.assign(head, { seen: number, lastAt: time });
      }
      heads.put(head);
      await new Promise((resolve, reject) => {
        transaction.oncomplete = resolve;
        transaction.onabort = () => reject(transaction.error);
      });
    }
    // Nothing is in the index yet.
    if (database.objectStoreNames.contains('filling')) {
      await finished(database.transaction('filling', 'readwrite').objectStore('filling').put([], 0));
    }
    database.close();";

/// Waits until all messages are in the index.
const INDEXED: &str = "
    const finished = (request) => new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const database = await finished(indexedDB.open('mesh-chat'));
    const began = performance.now();
    if (database.objectStoreNames.contains('filling')) {
      while (await finished(database.transaction('filling').objectStore('filling').count())) {
        if (performance.now() - began > patience) throw new Error('not all messages are in the index');
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
    database.close();";

impl Filled {
    /// Writes it, and starts the browser again. It shows a page that is no view.
    pub fn write(&self, browser: &mut Browser) -> Result {
        let Self {
            contacts,
            messages,
            text,
        } = self;
        browser.leave_popup()?;
        browser.run(&format!(
            "const filled = {{ contacts: {contacts}, messages: {messages} }};
             const text = (at) => {{ {text} }};
             {WRITE}"
        ))?;
        browser.kill()?;
        browser.start()
    }
}

/// Waits until all messages are in the index. In the tab is a page of the extension.
pub fn indexed(browser: &Browser, patience: Duration) -> Result {
    let patience = patience.as_millis();
    browser
        .run(&format!("const patience = {patience}; {INDEXED}"))
        .map(drop)
}
