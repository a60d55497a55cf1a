//! Chromium without a window, driven by its own protocol over a pipe: no port, no driver, and it ends with the test.

use std::{
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use serde_json::{Value, json};
use testkit::servers;

/// One page in a browser of its own, with an empty profile.
pub(crate) struct Chromium {
    process: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    calls: u64,
    /// The page's, once there is one.
    session: Option<String>,
    _profile: tempfile::TempDir,
}

/// Its protocol reads from descriptor 3 and writes to 4: a shell puts our pipes there.
const ON_OUR_PIPES: &str = r#"exec "$@" 3<&0 4>&1 </dev/null >/dev/null"#;

const QUIETLY: [&str; 11] = [
    "--headless",
    "--remote-debugging-pipe",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

impl Chromium {
    pub(crate) fn start() -> Self {
        let profile = tempfile::tempdir().unwrap();
        let log = std::fs::File::create(profile.path().join("log")).unwrap();
        let mut process = Command::new("sh")
            .args(["-c", ON_OUR_PIPES, "sh"])
            .arg(program())
            .args(QUIETLY)
            .arg(format!(
                "--user-data-dir={}",
                profile.path().join("profile").display()
            ))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let (to, from) = (process.stdin.take(), process.stdout.take());
        let mut browser = Self {
            process,
            to: to.unwrap(),
            from: BufReader::new(from.unwrap()),
            calls: 0,
            session: None,
            _profile: profile,
        };
        let page = browser.call("Target.createTarget", &json!({"url": "about:blank"}));
        let attach = json!({"targetId": page["targetId"], "flatten": true});
        let attached = browser.call("Target.attachToTarget", &attach);
        browser.session = Some(text_of(&attached["sessionId"]));
        browser
    }

    /// A method of the protocol and its result; what happens meanwhile is passed over.
    fn call(&mut self, method: &str, parameters: &Value) -> Value {
        let answer = self.answer(method, parameters);
        assert!(answer["error"].is_null(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// The answer to a call, which may be an error.
    fn answer(&mut self, method: &str, parameters: &Value) -> Value {
        self.calls += 1;
        let mut message = json!({"id": self.calls, "method": method, "params": parameters});
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        let mut bytes = serde_json::to_vec(&message).unwrap();
        bytes.push(0);
        self.to.write_all(&bytes).unwrap();
        loop {
            let mut bytes = Vec::new();
            self.from.read_until(0, &mut bytes).unwrap();
            assert_eq!(bytes.pop(), Some(0), "chromium ended during {method}");
            let answer: Value = serde_json::from_slice(&bytes).unwrap();
            if answer["id"] == self.calls {
                return answer;
            }
        }
    }

    /// The value of an expression in the page.
    pub(crate) fn value(&mut self, expression: &str) -> Value {
        let ask = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let answer = self.call("Runtime.evaluate", &ask);
        let thrown = &answer["exceptionDetails"];
        assert!(thrown.is_null(), "{expression}: {thrown}");
        answer["result"]["value"].clone()
    }

    pub(crate) fn text(&mut self, expression: &str) -> String {
        text_of(&self.value(expression))
    }

    pub(crate) fn texts(&mut self, expression: &str) -> Vec<String> {
        let value = self.value(expression);
        let all = value.as_array();
        let all = all.unwrap_or_else(|| panic!("{expression} is no list: {value}"));
        all.iter().map(text_of).collect()
    }

    /// What a person sees of the page.
    pub(crate) fn seen(&mut self) -> String {
        let text = self.text("document.body.innerText");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Opens an address and waits until it is there.
    pub(crate) async fn open(&mut self, address: &str) {
        let gone = self.call("Page.navigate", &json!({"url": address}));
        assert!(gone["errorText"].is_null(), "{address}: {gone}");
        self.until("the page", "document.readyState === 'complete'")
            .await;
    }

    /// Waits until an expression is true in the page, which may be on its way to the next.
    pub(crate) async fn until(&mut self, what: &str, expression: &str) {
        let guarded =
            format!("(() => {{ try {{ return !!({expression}) }} catch {{ return false }} }})()");
        let ask = json!({"expression": guarded, "returnByValue": true});
        servers::until(what, async || {
            let answer = self.answer("Runtime.evaluate", &ask);
            // While the page goes there is nothing to evaluate in.
            let error = answer["error"]["message"].as_str().unwrap_or_default();
            let is_going = error.contains("navigated") || error.contains("context");
            assert!(answer["error"].is_null() || is_going, "{answer}");
            (answer["result"]["result"]["value"] == true).then_some(())
        })
        .await;
    }

    /// Presses a key as a person does.
    pub(crate) fn press(&mut self, key: Key) {
        let (name, code, text) = match key {
            Key::Tab => ("Tab", 9, ""),
            Key::Enter => ("Enter", 13, "\r"),
        };
        let mut event = json!({
            "type": if text.is_empty() { "rawKeyDown" } else { "keyDown" },
            "key": name, "code": name, "text": text,
            "windowsVirtualKeyCode": code, "nativeVirtualKeyCode": code,
        });
        self.call("Input.dispatchKeyEvent", &event);
        event["type"] = json!("keyUp");
        self.call("Input.dispatchKeyEvent", &event);
    }

    /// From now on the page is as wide as a phone's.
    pub(crate) fn be_a_phone(&mut self, width: u32) {
        let phone = json!({"width": width, "height": 640, "deviceScaleFactor": 2, "mobile": true});
        self.call("Emulation.setDeviceMetricsOverride", &phone);
    }

    /// From now on no script of a page runs.
    pub(crate) fn refuse_scripts(&mut self) {
        self.call(
            "Emulation.setScriptExecutionDisabled",
            &json!({"value": true}),
        );
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Key {
    Tab,
    Enter,
}

fn text_of(value: &Value) -> String {
    let text = value.as_str();
    text.unwrap_or_else(|| panic!("{value} is no text"))
        .to_owned()
}

fn program() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_the_path = std::env::split_paths(&path).flat_map(|folder| {
        ["chromium", "chromium-browser", "google-chrome"].map(|name| folder.join(name))
    });
    let mac = Path::new("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome");
    on_the_path
        .chain([mac.to_owned()])
        .find(|program| program.is_file())
        .expect("chromium is missing: run scripts/tools.sh")
}

impl Drop for Chromium {
    fn drop(&mut self) {
        if self.process.kill().is_ok() {
            self.process.wait().ok();
        }
    }
}
