//! The settings page: opening, editing and saving it.

use crate::state::effect::{Effect, Target};
use crate::state::model::State;
use crate::state::outbox::Purpose;
use crate::state::pages::{FieldError, Saved, SettingsEdit, SettingsForm};
use crate::state::view::View;
use ipc::{Command, Refusal, Settings};

impl State {
    pub(super) fn open_settings(&mut self) -> Vec<Effect> {
        let Some(view) = &self.settings else {
            return Vec::new();
        };
        let form = SettingsForm::new(self.name.as_deref().unwrap_or_default(), view);
        self.open(View::Settings(Box::new(form)))
    }

    /// Shows in the open form what counts now, where nothing else was typed.
    pub(super) fn follow_settings(&mut self) {
        if let (View::Settings(form), Some(view)) = (&mut self.view, &self.settings) {
            form.follow(self.name.as_deref().unwrap_or_default(), view);
        }
    }

    pub(super) fn edit_settings(&mut self, edit: SettingsEdit) -> Vec<Effect> {
        if let (View::Settings(form), Some(view)) = (&mut self.view, &self.settings) {
            form.edit(edit, &view.defaults);
        }
        Vec::new()
    }

    pub(super) fn save_settings(&mut self) -> Vec<Effect> {
        let (View::Settings(form), Some(view)) = (&mut self.view, &self.settings) else {
            return Vec::new();
        };
        if matches!(form.saved, Saved::Waiting(_)) {
            return Vec::new();
        }
        form.refused = None;
        let settings = match form.to_settings(&view.defaults) {
            Ok(settings) => Settings {
                built_in: view.settings.built_in,
                ..settings
            },
            Err(refused) => return self.refuse_setting(refused),
        };
        let name = form.name.trim().to_owned();
        let renamed = self.name.as_deref() != Some(name.as_str());
        form.saved = Saved::Waiting(1 + u8::from(renamed));
        let mut effects = Vec::new();
        if renamed {
            effects.extend(self.ask(Purpose::SettingsName, Command::Join { name }));
        }
        effects.extend(self.ask(Purpose::Settings, Command::Configure { settings }));
        effects
    }

    /// Lets the built-in configuration stand for a packed one that cannot be used.
    pub(super) fn use_built_in(&mut self) -> Vec<Effect> {
        let Some(view) = &self.settings else {
            return Vec::new();
        };
        let settings = Settings {
            built_in: true,
            ..view.settings.clone()
        };
        self.command(Command::Configure { settings })
    }

    pub(super) fn settings_replied(&mut self, name: bool, refusal: Option<Refusal>) -> Vec<Effect> {
        let View::Settings(form) = &mut self.view else {
            return Vec::new();
        };
        if let Some(refusal) = refusal {
            let path = if let Refusal::Setting { field, .. } = &refusal {
                field.clone()
            } else if name {
                "name".to_owned()
            } else {
                String::new()
            };
            return self.refuse_setting((path, FieldError::Refused(refusal)));
        }
        if let Saved::Waiting(answers) = form.saved {
            form.saved = match answers.saturating_sub(1) {
                0 => Saved::Yes,
                left => Saved::Waiting(left),
            };
        }
        Vec::new()
    }

    fn refuse_setting(&mut self, refused: (String, FieldError)) -> Vec<Effect> {
        let View::Settings(form) = &mut self.view else {
            return Vec::new();
        };
        let path = refused.0.clone();
        form.saved = Saved::No;
        form.refused = Some(refused);
        vec![Effect::Focus(Target::Field(path))]
    }
}
