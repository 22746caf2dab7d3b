// In front of the background's script: it finds the interface without what Firefox for Android does not have, and
// `clickNotification` clicks on a notification.
{
  const { browser } = globalThis;
  const missing = ["commands", "contextMenus", "idle", "menus", "windows"];
  const less = Object.fromEntries(missing.map((name) => [name, { value: undefined }]));
  const onClicked = { addListener: (hear) => { globalThis.clickNotification = hear; } };
  less.notifications = { value: Object.create(browser.notifications, { onClicked: { value: onClicked } }) };
  Object.defineProperty(globalThis, "browser", { value: Object.create(browser, less) });
}
