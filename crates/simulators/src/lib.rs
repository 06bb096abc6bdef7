//! The simulated clouds: real servers on loopback that speak the clouds' own wire protocols, for
//! `atrest dev` and for tests: AWS (KMS, STS and the IAM they need), Azure (Entra, Key Vault and Resource
//! Manager), Google Cloud (OAuth, IAM Credentials and KMS), and the console door, where a person plays the
//! customer or breaks things.
//!
//! It must not know any other room of the house: the product finds it at an address, as it finds
//! a cloud, and cannot tell the difference.

mod answer;
mod authority;
pub mod aws;
pub mod azure;
mod console;
mod door;
mod fault;
mod folder;
pub mod gcp;
mod kept;
mod names;
mod refused;
mod secret;
mod subnet;
mod tally;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use aws::Aws;
pub use azure::Azure;
pub use door::{Connections, bind_again};
pub use fault::{FaultKind, FaultRule, FaultView, Faults, InvalidFault, Provider};
pub use gcp::Gcp;
pub use refused::Refused;
pub use subnet::{Subnet, Via};

use authority::Authority;
use console::Console;
use door::{Door, Doors, Lintel};
use folder::Folder;
use names::Names;
use subnet::Subnets;

/// Says how the simulated clouds are started.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where state is kept between starts; `None` keeps it in memory only.
    pub dir: Option<PathBuf>,
    /// The address to listen on. Anything but loopback is refused.
    pub listen: IpAddr,
    /// The port of the AWS door; 0 takes a free one, and with `dir` the same one at the next start.
    pub aws_port: u16,
    /// The port of the Azure door; 0 as for `aws_port`.
    pub azure_port: u16,
    /// The port of the Google door; 0 as for `aws_port`.
    pub gcp_port: u16,
    /// The port of the console door; 0 as for `aws_port`.
    pub console_port: u16,
    /// Private addresses of AWS, each with a listener of its own at the AWS door's port.
    pub aws_subnets: Vec<Subnet>,
    /// Private addresses of Azure, each with a listener of its own at the Azure door's port.
    pub azure_subnets: Vec<Subnet>,
    /// Speaks TLS at the AWS and Google doors, as the Azure door always does, with a certificate of the simulators' own authority.
    pub tls: bool,
    /// Bench only: AWS answers at the least cost and checks nothing, see `aws::echo`.
    pub echo: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            dir: None,
            listen: IpAddr::V4(Ipv4Addr::LOCALHOST),
            aws_port: 0,
            azure_port: 0,
            gcp_port: 0,
            console_port: 0,
            aws_subnets: Vec::new(),
            azure_subnets: Vec::new(),
            tls: false,
            echo: false,
        }
    }
}

/// Says why the simulated clouds could not start, or refused what a caller seeded.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address is reachable from elsewhere.
    #[error("refuse to listen on {0}: simulated clouds hold throw-away secrets and stay on loopback")]
    NotLoopback(IpAddr),
    /// The address could not be bound.
    #[error("listen on {address}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
    /// The state folder, or a file in it, could not be used.
    #[error("use {path}")]
    Folder {
        /// The folder or file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// Another process holds the state folder.
    #[error("use {0}: another process holds it")]
    InUse(PathBuf),
    /// A state file does not read as what it should be.
    #[error("read {path}")]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// Where it breaks.
        source: serde_json::Error,
    },
    /// The authority or its certificate could not be made.
    #[error("make the simulators' certificates")]
    Certificate(#[source] rcgen::Error),
    /// TLS could not be set up.
    #[error("set up tls")]
    Tls(#[source] rustls::Error),
    /// What was seeded is not acceptable to the simulated cloud.
    #[error("seed the simulated cloud: {0}")]
    Refused(String),
    /// A thing we believed impossible.
    #[error("bug in the simulators: {0}")]
    Bug(&'static str),
}

/// The running simulated clouds.
pub struct Clouds {
    aws: Aws,
    azure: Azure,
    gcp: Gcp,
    faults: Faults,
    aws_doors: Doors,
    azure_doors: Doors,
    gcp_door: Door,
    console_door: Door,
    console_token: String,
    ca_pem: String,
    tls: bool,
}

impl Clouds {
    /// Starts the listeners and loads what `dir` holds.
    /// Errors: `NotLoopback`, `Listen`, `InUse`, and whatever is wrong with the folder.
    /// Cancel: nothing stays behind but files in the folder.
    pub async fn start(options: Options) -> Result<Self, Error> {
        if !options.listen.is_loopback() {
            return Err(Error::NotLoopback(options.listen));
        }
        let folder = options.dir.as_deref().map(Folder::open).transpose()?.map(Arc::new);
        let authority = Arc::new(Authority::load_or_create(folder.as_deref())?);
        let listen = options.listen;
        let tls = options.tls.then(|| authority.acceptor(listen)).transpose()?;
        let console_token = console_token(folder.as_deref())?;
        let aws_subnets = Subnets::new(options.aws_subnets, listen)?;
        let azure_subnets = Subnets::new(options.azure_subnets, listen)?;

        let mut ports = Ports::load(folder.as_deref())?;
        let (aws_listener, aws_private) =
            door::listen_privately(listen, options.aws_port, ports.aws, &aws_subnets).await?;
        let (azure_listener, azure_private) =
            door::listen_privately(listen, options.azure_port, ports.azure, &azure_subnets).await?;
        let gcp_listener = door::listen(listen, options.gcp_port, ports.gcp).await?;
        let console_listener = door::listen(listen, options.console_port, ports.console).await?;
        ports.aws = Some(aws_listener.1.port());
        ports.azure = Some(azure_listener.1.port());
        ports.gcp = Some(gcp_listener.1.port());
        ports.console = Some(console_listener.1.port());
        ports.save(folder.as_deref())?;

        let faults = Faults::default();
        let aws = Aws::load(folder.clone(), faults.clone(), options.echo, aws_subnets.clone())?;
        let azure = Azure::load(folder.clone(), faults.clone(), azure_listener.1.port(), azure_subnets.clone())?;
        let gcp = Gcp::load(folder, faults.clone(), endpoint(options.tls, gcp_listener.1))?;
        let console = Console::new(console_token.clone(), faults.clone(), aws.clone(), azure.clone(), gcp.clone());

        let aws_answers = {
            let aws = aws.clone();
            move |request| {
                let aws = aws.clone();
                async move { aws.answer(request).await }
            }
        };
        let azure_answers = {
            let azure = azure.clone();
            move |request| {
                let azure = azure.clone();
                async move { azure.answer(request).await }
            }
        };
        let by_name = |names| {
            let authority = authority.clone();
            move |address: SocketAddr| authority.acceptor_by_name(address.ip(), names)
        };
        let endpoint_tls = options.tls.then(|| by_name(Names::Endpoints));
        let vault_tls = by_name(Names::Vaults);
        let aws_doors = Doors {
            public: Door::open(aws_listener, Lintel::public(tls.clone(), Names::Loopback), aws_answers.clone()),
            private: Doors::open_private(aws_private, &aws_subnets, Names::Endpoints, endpoint_tls, aws_answers)?,
        };
        let azure_tls = vault_tls(azure_listener.1)?;
        let azure_doors = Doors {
            public: Door::open(azure_listener, Lintel::public(Some(azure_tls), Names::Vaults), azure_answers.clone()),
            private: Doors::open_private(azure_private, &azure_subnets, Names::Vaults, Some(vault_tls), azure_answers)?,
        };
        let gcp_door = Door::open(gcp_listener, Lintel::public(tls, Names::Loopback), {
            let gcp = gcp.clone();
            move |request| {
                let gcp = gcp.clone();
                async move { gcp.answer(request).await }
            }
        });
        let console_door = Door::open(console_listener, Lintel::public(None, Names::Loopback), move |request| {
            let console = console.clone();
            async move { console.answer(request).await }
        });
        Ok(Self {
            aws,
            azure,
            gcp,
            faults,
            aws_doors,
            azure_doors,
            gcp_door,
            console_door,
            console_token,
            ca_pem: authority.certificate_pem().to_owned(),
            tls: options.tls,
        })
    }

    /// The simulated AWS, to seed and to ask.
    pub fn aws(&self) -> &Aws {
        &self.aws
    }

    /// The simulated Azure, to seed and to ask.
    pub fn azure(&self) -> &Azure {
        &self.azure
    }

    /// The simulated Google Cloud, to seed and to ask.
    pub fn gcp(&self) -> &Gcp {
        &self.gcp
    }

    /// The faults that are armed, shared with the console door.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// The endpoint to give to an AWS client for KMS, STS and IAM alike.
    pub fn aws_endpoint(&self) -> String {
        endpoint(self.tls, self.aws_doors.public.address())
    }

    /// The address of the AWS door.
    pub fn aws_address(&self) -> SocketAddr {
        self.aws_doors.public.address()
    }

    /// How many connections the AWS public door has taken, and holds now.
    pub fn aws_connections(&self) -> Connections {
        self.aws_doors.public.connections()
    }

    /// The endpoint of Entra, of Resource Manager and of the vault `localhost`. A vault of another name
    /// answers at `NAME.localhost`, same port.
    pub fn azure_endpoint(&self) -> String {
        format!("https://localhost:{}", self.azure_doors.public.address().port())
    }

    /// The address of the Azure door.
    pub fn azure_address(&self) -> SocketAddr {
        self.azure_doors.public.address()
    }

    /// How many connections the Azure public door has taken, and holds now.
    pub fn azure_connections(&self) -> Connections {
        self.azure_doors.public.connections()
    }

    /// The endpoint to give to a Google client for OAuth, IAM Credentials and KMS alike.
    pub fn gcp_endpoint(&self) -> String {
        endpoint(self.tls, self.gcp_door.address())
    }

    /// The address of the Google door.
    pub fn gcp_address(&self) -> SocketAddr {
        self.gcp_door.address()
    }

    /// How many connections the Google door has taken, and holds now.
    pub fn gcp_connections(&self) -> Connections {
        self.gcp_door.connections()
    }

    /// How many connections the private address of a subnet has taken, and holds now; those that a cut refused do not
    /// count. `None` for a subnet that there is not.
    pub fn private_connections(&self, cloud: Provider, subnet: &str) -> Option<Connections> {
        match cloud {
            Provider::Aws => self.aws_doors.private_connections(subnet),
            Provider::Azure => self.azure_doors.private_connections(subnet),
            Provider::Gcp => None,
        }
    }

    /// Cuts the line to the private address of a subnet: open connections are reset, new ones too. Tells whether there is
    /// such a subnet.
    pub fn cut(&self, cloud: Provider, subnet: &str) -> bool {
        self.set_cut(cloud, subnet, true)
    }

    /// Mends the line. Tells whether there is such a subnet.
    pub fn mend(&self, cloud: Provider, subnet: &str) -> bool {
        self.set_cut(cloud, subnet, false)
    }

    fn set_cut(&self, cloud: Provider, subnet: &str, cut: bool) -> bool {
        match cloud {
            Provider::Aws => self.aws.subnets().set_cut(subnet, cut),
            Provider::Azure => self.azure.subnets().set_cut(subnet, cut),
            Provider::Gcp => false,
        }
    }

    /// The console's base URL, with its closing slash.
    pub fn console_url(&self) -> String {
        format!("http://{}/", self.console_door.address())
    }

    /// The console's token, for the header `X-Console-Token` or the page's `#token=`.
    pub fn console_token(&self) -> &str {
        &self.console_token
    }

    /// The certificate of the authority that signs every TLS door of the simulated clouds, as PEM.
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// Stops taking connections, lets open requests end for a moment, then closes what is left.
    pub async fn shutdown(self) {
        tokio::join!(
            self.aws_doors.shutdown(),
            self.azure_doors.shutdown(),
            self.gcp_door.shutdown(),
            self.console_door.shutdown()
        );
    }
}

/// The ports of an earlier start: addresses are part of identifiers that others store.
#[derive(Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Ports {
    aws: Option<u16>,
    azure: Option<u16>,
    gcp: Option<u16>,
    console: Option<u16>,
}

impl Ports {
    const FILE: &'static str = "ports.json";

    fn load(folder: Option<&Folder>) -> Result<Self, Error> {
        match folder {
            Some(folder) => Ok(folder.read_json(Self::FILE)?.unwrap_or_default()),
            None => Ok(Self::default()),
        }
    }

    fn save(&self, folder: Option<&Folder>) -> Result<(), Error> {
        match folder {
            Some(folder) => folder.write_json(Self::FILE, self),
            None => Ok(()),
        }
    }
}

fn endpoint(tls: bool, address: SocketAddr) -> String {
    let scheme = if tls { "https" } else { "http" };
    format!("{scheme}://{address}")
}

fn console_token(folder: Option<&Folder>) -> Result<String, Error> {
    const FILE: &str = "console-token";
    let Some(folder) = folder else { return random_hex() };
    if let Some(bytes) = folder.read(FILE)?
        && let Ok(text) = String::from_utf8(bytes)
        && text.len() == 64
    {
        return Ok(text);
    }
    let token = random_hex()?;
    folder.write(FILE, token.as_bytes())?;
    Ok(token)
}

fn random_hex() -> Result<String, Error> {
    let mut bytes = [0_u8; 32];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| Error::Bug("the system gives random bytes"))?;
    Ok(hex::encode(bytes))
}

/// Opens the way for errors that name a path.
fn folder_error(path: &Path, source: std::io::Error) -> Error {
    Error::Folder { path: path.to_owned(), source }
}
