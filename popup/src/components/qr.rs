//! A QR code on the page.

use crate::qr;
use yew::prelude::*;

#[derive(PartialEq, Properties)]
pub(super) struct Props {
    /// What it says.
    pub(super) text: String,
    /// What it is.
    pub(super) label: String,
}

/// Shows a QR code. As a component it is drawn only when its text changes.
#[component]
pub(super) fn Qr(props: &Props) -> Html {
    let Some(drawing) = qr::draw(&props.text) else {
        return Html::default();
    };
    let side = drawing.side;
    html! {
        <svg class="qr" role="img" aria-label={props.label.clone()}
            viewBox={format!("0 0 {side} {side}")} shape-rendering="crispEdges">
            <path d={drawing.path} />
        </svg>
    }
}
