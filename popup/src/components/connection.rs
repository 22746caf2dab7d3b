//! The Connection page: server, networks, and what is wrong.

use super::parts::{Dispatch, on, page_head, page_title};
use super::{availability, header};
use crate::i18n::{Text, t};
use crate::state::{Action, State};
use crate::{permissions, words};
use ipc::{Availability, Network, Status, Trial};
use yew::prelude::*;

/// The Connection page.
pub(super) fn connection(state: &State, dispatch: &Dispatch) -> Html {
    html! {
        <main class="page">
            { page_head(dispatch, page_title(Text::Connection)) }
            <div class="page-body">
                <div class="card">
                    { header::state_line(state) }
                    if let Some(status) = &state.status {
                        <p>{ t(words::phase_meaning(&status.phase)) }</p>
                    }
                    { act(state, dispatch) }
                </div>
                { test(state, dispatch) }
                { for state.status.iter().map(|status| facts(status, beacon(state, dispatch))) }
            </div>
        </main>
    }
}

/// Returns what can be done now: to switch on, for who is off.
fn act(state: &State, dispatch: &Dispatch) -> Html {
    let off = state.status.as_ref().map(|status| status.availability);
    if off.is_some_and(Availability::is_off) {
        return availability::switch_on(state, dispatch);
    }
    html! {
        <button type="button" class="primary" onclick={on(dispatch, Action::Retry)}>
            { t(Text::TryNow) }
        </button>
    }
}

/// Returns the test of everything that a connection needs, and what follows from it.
fn test(state: &State, dispatch: &Dispatch) -> Html {
    let running = state.is_testing();
    let onclick = (!running).then(|| on(dispatch, Action::Test));
    let part = |(name, said, class): (Text, Text, &'static str)| {
        html! {
            <li class="fact" key={t(name)}>
                <span>{ t(name) }</span>
                <span class={classes!("tag", class)}>{ t(said) }</span>
            </li>
        }
    };
    html! {
        <section class="card" aria-labelledby="test-heading" aria-busy={running.to_string()}>
            <h2 id="test-heading">{ t(Text::TestHeading) }</h2>
            <div role="status">
                if running {
                    <p>{ t(Text::Testing) }</p>
                } else if let Some(trial) = &state.trial {
                    { verdict(trial) }
                }
            </div>
            if let Some(trial) = state.trial.filter(|_| !running) {
                <ul>{ for words::parts(&trial).into_iter().map(part) }</ul>
            }
            <button type="button" class="soft" {onclick} aria-disabled={running.to_string()}>
                { t(Text::Test) }
            </button>
        </section>
    }
}

fn verdict(trial: &Trial) -> Html {
    let (says, to_do) = words::verdict(trial);
    html! {
        <>
            <p class={classes!("verdict", words::verdict_tone(says).class())}>{ t(says) }</p>
            <p>{ t(to_do) }</p>
        </>
    }
}

fn facts(status: &Status, beacon: Html) -> Html {
    let (reach, class) = if status.server_up {
        (Text::ServerUp, "good")
    } else {
        (Text::ServerDown, "bad")
    };
    html! {
        <>
            <section class="card" aria-labelledby="server-heading">
                <h2 id="server-heading">{ t(Text::ConnectionServer) }</h2>
                if let Some(server) = &status.server {
                    <p class="fact"><bdi class="mono">{ server }</bdi>
                        <span class={classes!("tag", class)}>{ t(reach) }</span></p>
                } else {
                    <p class="fact">{ t(Text::NoServer) }</p>
                }
            </section>
            { beacon }
            <section class="card" aria-labelledby="networks-heading">
                <h2 id="networks-heading">{ t(Text::ConnectionNetworks) }</h2>
                if status.networks.is_empty() {
                    <p class="fact">{ t(Text::NoNetwork) }</p>
                } else {
                    <ul>{ for status.networks.iter().map(network) }</ul>
                }
            </section>
        </>
    }
}

fn beacon(state: &State, dispatch: &Dispatch) -> Html {
    let Some(beacon) = state.status.as_ref().and_then(|status| status.beacon) else {
        return Html::default();
    };
    let said = if beacon.named {
        Text::BeaconGood
    } else {
        Text::BeaconAsked
    };
    html! {
        <section class="card" aria-labelledby="beacon-heading">
            <h2 id="beacon-heading">{ t(Text::Beacon) }</h2>
            if let Some(trouble) = beacon.trouble {
                <p id="beacon-trouble" class="error">{ words::beacon_trouble(trouble, state.host_allowed) }</p>
                { for state.host_to_ask_for().map(|host| allow(host, dispatch)) }
                <p class="hint">{ t(Text::BeaconStay) }</p>
            } else {
                <p class="fact">{ t(said) }</p>
            }
        </section>
    }
}

/// Asks for a permission: with it the browser tells a beacon that is down from one that does not
/// let this browser in. Only this page asks for it.
fn allow(host: String, dispatch: &Dispatch) -> Html {
    let dispatch = dispatch.clone();
    let onclick = Callback::from(move |_: MouseEvent| {
        let dispatch = dispatch.clone();
        permissions::ask(&host, move |allowed| {
            dispatch.emit(Action::HostAllowed(allowed));
            if allowed {
                dispatch.emit(Action::Retry);
            }
        });
    });
    html! {
        <button type="button" class="soft" aria-describedby="beacon-trouble" {onclick}>
            { t(Text::BeaconAllow) }
        </button>
    }
}

fn network(network: &Network) -> Html {
    html! {
        <li class="fact" key={network.address.clone()}>
            <bdi class="mono">{ &network.address }</bdi>
            <span class="detail">
                { t(words::role(network.role)) }{ ", " }{ words::people_count(network.people) }
            </span>
            if network.unreachable {
                <p class="hint">{ t(Text::NetworkUnreachable) }</p>
            }
        </li>
    }
}
