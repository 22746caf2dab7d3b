//! The Connection page: server, networks, and what is wrong.

use super::{Dispatch, header, on, page_head, page_title};
use crate::i18n::{Text, t};
use crate::state::{Action, State};
use crate::words;
use ipc::{Network, Status};
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
                    <button type="button" class="primary" onclick={on(dispatch, Action::Retry)}>
                        { t(Text::TryNow) }
                    </button>
                </div>
                { for state.status.iter().map(facts) }
            </div>
        </main>
    }
}

fn facts(status: &Status) -> Html {
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

fn network(network: &Network) -> Html {
    html! {
        <li class="fact" key={network.address.clone()}>
            <bdi class="mono">{ &network.address }</bdi>
            <span class="detail">
                { t(words::role(network.role)) }{ ", " }{ words::people_count(network.people) }
            </span>
        </li>
    }
}
