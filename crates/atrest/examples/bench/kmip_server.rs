//! What `kmip` measures: the release binary in dev mode, with nodes that enrolled, and the bare echo, each in a process of
//! its own.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::Context as _;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::{Value, json};

use crate::http::{Client, Digest, request};
use crate::kmip_client::{Identity, Target};
use crate::report::{line, resident};

/// `atrest dev`, the release binary beside this program.
pub(crate) struct Server {
    folder: PathBuf,
    process: Child,
    dev: Value,
}

impl Server {
    pub(crate) fn start(folder: &Path) -> anyhow::Result<Self> {
        let folder = folder.join("dev");
        let (process, dev) = Self::spawn(&folder)?;
        Ok(Self { folder, process, dev })
    }

    pub(crate) fn restart(&mut self) -> anyhow::Result<()> {
        self.process.kill()?;
        self.process.wait()?;
        (self.process, self.dev) = Self::spawn(&self.folder)?;
        Ok(())
    }

    fn spawn(folder: &Path) -> anyhow::Result<(Child, Value)> {
        let program = program()?;
        let options = [
            "--listen",
            "127.0.0.1:0",
            "--kmip-listen",
            "127.0.0.1:0",
            "--clouds-listen",
            "127.0.0.1:0",
            "--real-timings",
        ];
        let mut process = Command::new(program)
            .arg("dev")
            .arg("--dir")
            .arg(folder)
            .args(options)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("start atrest dev")?;
        // The greeting is printed when everything answers.
        let greeting = BufReader::new(process.stdout.take().context("the output is piped")?);
        let mut lines = greeting.lines();
        let ready = lines.by_ref().map_while(Result::ok).any(|line| line.contains("curl"));
        anyhow::ensure!(ready, "atrest dev ended before it was ready");
        // Read on, so that the server never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        let dev = serde_json::from_slice(&std::fs::read(folder.join("dev.json"))?)?;
        Ok((process, dev))
    }

    fn text(&self, pointer: &str) -> anyhow::Result<&str> {
        self.dev.pointer(pointer).and_then(Value::as_str).with_context(|| format!("dev.json has {pointer}"))
    }

    pub(crate) fn identity(&self) -> anyhow::Result<Identity<'_>> {
        let certificate = Path::new(self.text("/kmip/clients/0/certFile")?);
        Ok(Identity { certificate, key: Path::new(self.text("/kmip/clients/0/keyFile")?) })
    }

    pub(crate) fn target(&self) -> anyhow::Result<Target> {
        let port = self.dev.pointer("/kmip/port").and_then(Value::as_u64).context("dev.json has a port for KMIP")?;
        let address = format!("{}:{port}", self.text("/kmip/host")?).parse()?;
        Target::new(address, Path::new(self.text("/kmip/caFile")?), &self.identity()?)
    }

    /// Makes nodes of role client in the first cluster, and has each enrol as `atrest node certificate` would.
    pub(crate) async fn enrol(&self, count: usize) -> anyhow::Result<Vec<Target>> {
        let door = self.target()?.address;
        let api = self.text("/api/baseUrl")?.trim_start_matches("http://").trim_end_matches('/').parse()?;
        let project = self.text("/kmip/projectId")?;
        let nodes = format!("/api/atrest/v1/groups/{project}/clusters/{}/nodes", self.text("/kmip/clients/0/cluster")?);
        let (public, private) = (self.text("/api/apiKey/publicKey")?, self.text("/api/apiKey/privateKey")?);
        let digest = Digest::prepare(api, &nodes, public, private).await?;
        let mut client = Client::connect(api).await?;
        let mut targets = Vec::with_capacity(count);
        for number in 0..count {
            let body = json!({"name": format!("bench-{number}"), "role": "client"});
            let node = post(&mut client, &nodes, Some(&digest), &body).await?;
            let tokens = format!(
                "{nodes}/{}/enrolmentTokens",
                node.get("id").and_then(Value::as_str).context("a node has an id")?
            );
            let token = post(&mut client, &tokens, Some(&digest), &json!({})).await?;
            let key = rcgen::KeyPair::generate()?;
            let request = rcgen::CertificateParams::default().serialize_request(&key)?.pem()?;
            let body = json!({"token": token.get("token"), "certificateRequest": request});
            let enrolled = post(&mut client, "/api/atrest/v1/enrolments", None, &body).await?;
            let certificate = enrolled.get("certificate").and_then(Value::as_str);
            let certificate = certificate.context("an enrolment gives a certificate")?;
            let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes())?];
            let key = PrivateKeyDer::try_from(key.serialize_der()).map_err(anyhow::Error::msg)?;
            targets.push(Target::of(door, Path::new(self.text("/kmip/caFile")?), chain, key)?);
        }
        Ok(targets)
    }

    pub(crate) fn resident(&self) -> anyhow::Result<u64> {
        resident(&self.process.id().to_string()).context("read the server's memory")
    }

    /// Gives how many data keys providers have unwrapped since the server started, as its metrics tell.
    pub(crate) async fn unwraps(&self) -> anyhow::Result<u64> {
        let address = self.text("/api/operationsUrl")?.trim_start_matches("http://").trim_end_matches('/').parse()?;
        let (status, answer) = Client::connect(address).await?.send(&request("GET", "/metrics", "", b"")).await?;
        anyhow::ensure!(status == 200, "/metrics answered {status}");
        let metrics = String::from_utf8(answer)?;
        let counted = metrics.lines().filter(|line| line.starts_with("atrest_unwraps_total"));
        Ok(counted.filter_map(|line| line.rsplit_once(' ')?.1.parse::<u64>().ok()).sum())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _gone = self.process.kill();
        let _gone = self.process.wait();
    }
}

/// The echo, in a process of its own as the server is.
pub(crate) struct Echo {
    process: Child,
    pub(crate) address: SocketAddr,
    pub(crate) ca: PathBuf,
}

impl Echo {
    pub(crate) fn start(folder: &Path, size: usize) -> anyhow::Result<Self> {
        let own = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()])?;
        let (ca, key) = (folder.join("echo.pem"), folder.join("echo.key"));
        std::fs::write(&ca, own.cert.pem())?;
        std::fs::write(&key, own.signing_key.serialize_pem())?;
        let nodes = folder.join("dev").join("kmip").join("ca.pem");
        let mut process = Command::new(std::env::current_exe()?)
            .arg("kmip-echo")
            .args([&nodes, &ca, &key])
            .arg(size.to_string())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut address = String::new();
        BufReader::new(process.stdout.take().context("the output is piped")?).read_line(&mut address)?;
        line(&format!("  the echo answers at {}", address.trim()));
        Ok(Self { process, address: address.trim().parse()?, ca })
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        let _gone = self.process.kill();
        let _gone = self.process.wait();
    }
}

async fn post(client: &mut Client, path: &str, digest: Option<&Digest>, body: &Value) -> anyhow::Result<Value> {
    let signed = digest.map(|digest| digest.authorization("POST", path)).unwrap_or_default();
    let (status, answer) = client.send(&request("POST", path, &signed, &serde_json::to_vec(body)?)).await?;
    let text = String::from_utf8(answer)?;
    anyhow::ensure!(status == 201, "POST {path} answered {status}: {text}");
    let (_, body) = text.split_once("\r\n\r\n").context("an answer has a body")?;
    Ok(serde_json::from_str(body)?)
}

fn program() -> anyhow::Result<PathBuf> {
    let this = std::env::current_exe()?;
    let folder = this.parent().and_then(Path::parent).context("an example lies in a folder of its own")?;
    Ok(folder.join("atrest"))
}
