"""What happens, in words: for programs as one object a line, for people as one sentence a line."""

from __future__ import annotations

from typing import Any

from .store import Message, Store, WaitingRequest


def described(store: Store, event: str, data: dict[str, Any]) -> dict[str, Any]:
    """An event as an object of JSON, in which contacts have their names."""
    found: dict[str, Any] = {"event": event}
    for name, value in data.items():
        if isinstance(value, WaitingRequest):
            found |= {"request": value.number, "name": value.name, "note": value.note, "id": value.id, "invite": value.invite is not None}
        elif isinstance(value, Message):
            found |= written(value)
        elif name == "contact":
            contact = store.contact(value) if value is not None else None
            found |= {"contact": value, "name": contact.name if contact is not None else data.get("name")}
        else:
            found[name] = value
    return found


def written(message: Message) -> dict[str, Any]:
    """A message as an object of JSON."""
    found: dict[str, Any] = {"message": message.id, "mine": message.mine, "at": message.at, "text": message.text, "state": message.state}
    if message.act is not None:
        found |= {"act": message.act, "about": message.about}
    if message.file is not None:
        found["file"] = {name: value for name, value in message.file.items() if name != "thumbnail"}
    return found


def sentence(event: dict[str, Any]) -> str | None:
    """An event for a person; none where it is of no interest."""
    name = _shown(event.get("name"))
    match event["event"]:
        case "ready":
            return f"listening as {name}"
        case "listed":
            return f"{name} is here" + (" (contact)" if event.get("contact") else "")
        case "left":
            return f"{name} has left"
        case "request":
            note = f": {_shown(event['note'])}" if event.get("note") else ""
            return f"request {event['request']}: {name} wants to connect{note}"
        case "contact":
            return f"{name} is a contact now"
        case "rejected":
            return f"{name} has said no"
        case "connected":
            return f"connected to {name}"
        case "disconnected":
            return f"{name} is away"
        case "message" if event.get("file"):
            return f"{name} offers a file, {event['file']['size']} bytes: {_shown(event['text'])} ({event['message']})"
        case "message" if event.get("act") not in (None, "reply"):
            return f"{name}, {event['act']} of {event['about']}: {_shown(event['text'])}"
        case "message":
            return f"{name}: {_shown(event['text'])}"
        case "presence":
            return f"{name} is away from the device" if event["away"] else f"{name} is at the device"
        case "file" if event["state"] == "coming":
            return f"file {event['message']}: {event['pieces']} of {event['of']} MiB"
        case "file":
            return f"file {event['message']}: {event['state']}" + (f" {event['path']}" if event.get("path") else "")
        case "offline":
            return f"offline: {event['why']}"
        case "older":
            return f"{name} has messages of yours that this device does not know: it is older than it was, or a copy is in use"
        case "somebody_else":
            return f"at the address of {name} somebody else answers"
        case "error":
            return f"error: {event['why']}"
    return None


def _shown(text: Any) -> str:
    """Text of somebody else, without what would move the cursor or turn the direction."""
    return "".join(one for one in str(text) if one.isprintable() or one in " ")
