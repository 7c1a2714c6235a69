//! Child processes: started in a clean environment, waited for with a bound, ended by their own id.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// How long a child may take: far beyond what is expected, so that only a hang is caught.
const BOUND: Duration = Duration::from_secs(300);

/// What a finished process left.
#[derive(Debug)]
pub struct Finished {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Finished {
    /// Both streams, for searching and for messages.
    pub fn all(&self) -> String {
        format!("{}\n{}", self.stdout, self.stderr)
    }

    pub fn succeeded(self, what: &str) -> Self {
        assert!(self.code == 0, "{what}: exit code {}\n{}", self.code, self.all());
        self
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("no JSON ({error}):\n{}", self.all()))
    }
}

/// Runs a command to its end.
pub fn run(command: &mut Command) -> Finished {
    run_with_input(command, "")
}

/// The same, with something on its standard input.
pub fn run_with_input(command: &mut Command, input: &str) -> Finished {
    Running::start(command, input).finish()
}

/// A command under way.
pub struct Running {
    what: String,
    started: Instant,
    child: Child,
    stdout: thread::JoinHandle<String>,
    stderr: thread::JoinHandle<String>,
}

impl Running {
    pub fn start(command: &mut Command, input: &str) -> Self {
        let started = Instant::now();
        let what = spoken(command);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{what}: {error}"));
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(input.as_bytes()).ok();
        }
        let stdout = drain(child.stdout.take().expect("stdout is a pipe"));
        let stderr = drain(child.stderr.take().expect("stderr is a pipe"));
        Self {
            what,
            started,
            child,
            stdout,
            stderr,
        }
    }

    /// Waits for its end.
    pub fn finish(mut self) -> Finished {
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("the state of a child") {
                break status;
            }
            if self.started.elapsed() > BOUND {
                self.child.kill().ok();
                panic!(
                    "{}: still running after {BOUND:?}\n{}\n{}",
                    self.what,
                    self.stdout.join().unwrap(),
                    self.stderr.join().unwrap()
                );
            }
            thread::sleep(Duration::from_millis(5));
        };
        Finished {
            code: status.code().unwrap_or(-1),
            stdout: self.stdout.join().expect("stdout was read"),
            stderr: self.stderr.join().expect("stderr was read"),
        }
    }

    /// Kills the processes of this program that the command started, itself or through others, with a signal that nobody
    /// can catch: what a crash is. Linux, by way of `/proc`.
    pub fn crash(&self, program: &Path) {
        let program = program.canonicalize().expect("the program to be killed");
        let victims: Vec<u32> = descendants(self.child.id())
            .into_iter()
            .filter(|id| fs::read_link(format!("/proc/{id}/exe")).is_ok_and(|exe| exe == program))
            .collect();
        assert!(
            !victims.is_empty(),
            "{}: no process of {} to kill",
            self.what,
            program.display()
        );
        for id in victims {
            let killed = Command::new("kill").args(["-KILL", &id.to_string()]).status();
            assert!(killed.is_ok_and(|status| status.success()), "kill {id}");
        }
    }
}

/// The children of a process, their children, and so on.
fn descendants(of: u32) -> Vec<u32> {
    let ids = fs::read_dir("/proc")
        .expect("/proc")
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let parents: Vec<(u32, u32)> = ids.filter_map(|id| Some((id, parent(id)?))).collect();
    let mut found = vec![of];
    let mut at = 0;
    while let Some(&one) = found.get(at) {
        found.extend(
            parents
                .iter()
                .filter(|(_, parent)| *parent == one)
                .map(|(id, _)| *id),
        );
        at += 1;
    }
    found.split_off(1)
}

/// The fourth field of `/proc/ID/stat`; the second, the program's name in brackets, may hold blanks.
fn parent(id: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

/// The program and its arguments; the environment may hold credentials.
fn spoken(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}

fn drain(mut stream: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).ok();
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// A process that answers line by line, and ends when its standard input closes.
pub struct Service {
    what: String,
    child: Child,
    input: Option<ChildStdin>,
    lines: mpsc::Receiver<String>,
}

impl Service {
    /// Starts it. Standard error goes where the tests' own goes.
    pub fn start(command: &mut Command) -> Self {
        let what = spoken(command);
        let spawned = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = spawned.unwrap_or_else(|error| panic!("{what}: {error}"));
        let input = child.stdin.take();
        let lines = lines_of(child.stdout.take().expect("stdout is a pipe"));
        Self {
            what,
            child,
            input,
            lines,
        }
    }

    /// The next line of standard output.
    pub fn line(&self) -> String {
        self.lines
            .recv_timeout(BOUND)
            .unwrap_or_else(|_| panic!("{}: no answer", self.what))
    }

    /// Sends one line and gives the next.
    pub fn ask(&mut self, line: &str) -> String {
        let input = self.input.as_mut().expect("standard input is open");
        writeln!(input, "{line}").unwrap_or_else(|error| panic!("{}: {error}", self.what));
        self.line()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        drop(self.input.take());
        let deadline = Instant::now() + Duration::from_secs(5);
        while Instant::now() < deadline {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(Duration::from_millis(5));
        }
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn lines_of(stdout: ChildStdout) -> mpsc::Receiver<String> {
    let (send, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            if send.send(line).is_err() {
                return;
            }
        }
    });
    lines
}
