//! When nobody wants to be interrupted.

use super::*;
use crate::clock::MinuteOfDay;
use crate::config::QuietHours;

/// Quiet from 22:00 to 07:45, by the clock on the wall.
fn at_night() -> Settings {
    let hours = QuietHours {
        from: MinuteOfDay(22 * 60),
        to: MinuteOfDay(7 * 60 + 45),
    };
    Settings {
        quiet_hours: Some(hours),
        ..Settings::default()
    }
}

/// A message, somebody who comes, somebody who accepts, two who ask.
fn much_happens(ctx: &mut Context, attention: &mut Attention, settings: &Settings) {
    attention.message(ctx, settings, bob(), "hi");
    attention.joined(ctx, settings, bob());
    attention.accepted(ctx, settings, bob());
    for name in ["Ann", "Cleo"] {
        attention.asked(ctx, settings, asking(name));
    }
}

#[test]
fn nothing_is_told_where_notifications_are_switched_off_or_in_quiet_hours() {
    let off = Settings {
        notifications: false,
        ..Settings::default()
    };
    for (settings, zone) in [(off, 0), (at_night(), -1), (at_night(), -585)] {
        let (mut ctx, mut attention) = (context(), Attention::default());
        ctx.now.zone = zone;
        much_happens(&mut ctx, &mut attention, &settings);
        assert_eq!(attention.due(), None);
        assert_eq!(outputs(&mut ctx), [], "{zone}");
    }
}

#[test]
fn what_happens_outside_quiet_hours_is_told() {
    for zone in [0, -586] {
        let (mut ctx, mut attention) = (context(), Attention::default());
        ctx.now.zone = zone;
        much_happens(&mut ctx, &mut attention, &at_night());
        assert_eq!(notified(&mut ctx).len(), 4, "{zone}");
        assert!(attention.due().is_some(), "the second who asked, later");
    }
}

#[test]
fn what_waits_for_its_turn_when_quiet_hours_begin_does_not_ring_in_them() {
    let (mut ctx, mut attention) = (context(), Attention::default());
    ctx.now.zone = -586;
    for name in ["Ann", "Cleo"] {
        attention.asked(&mut ctx, &at_night(), asking(name));
    }
    assert_eq!(notified(&mut ctx).len(), 1);
    wait(&mut ctx, REQUEST_NOTICE);
    attention.timeout(&mut ctx, &at_night());
    assert_eq!(notified(&mut ctx), []);
    assert_eq!(attention.due(), None);
}

#[test]
fn when_the_clocks_change_quiet_hours_follow_the_clock_on_the_wall() {
    // 2026-10-25 in Zurich: at 03:00 it is 02:00 again. Quiet until 02:30.
    let hours = QuietHours {
        from: MinuteOfDay(22 * 60),
        to: MinuteOfDay(2 * 60 + 30),
    };
    let settings = Settings {
        quiet_hours: Some(hours),
        ..Settings::default()
    };
    let midnight_utc = 1_792_886_400_000;
    for (minute, zone, told) in [
        (29, 120, 0),
        (30, 120, 1),
        (59, 120, 1),
        (60, 60, 0),
        (89, 60, 0),
        (90, 60, 1),
    ] {
        let (mut ctx, attention) = (context(), Attention::default());
        ctx.now.unix = midnight_utc + minute * 60_000;
        ctx.now.zone = zone;
        attention.message(&mut ctx, &settings, bob(), "hi");
        let at = ctx.now.minute_of_day();
        assert_eq!(notified(&mut ctx).len(), told, "{at:?}");
    }
}
