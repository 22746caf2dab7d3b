//! Routers, homes, and the line that leads from a browser into a home.

use super::Namespace;
use anyhow::{Result, ensure};
use std::net::Ipv4Addr;

/// The router's port to the Internet, inside its namespace.
const WAN: &str = "wan";
/// What the devices of a home are plugged into.
const LAN: &str = "lan";
/// The way from the servers to whatever is not in the lab: nobody is there.
const NOWHERE: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 254);

/// Where all servers and all people of a lab are.
const COUNTED: [&str; 2] = ["203.0.113.0/24", "10.0.0.0/16"];

/// How a router translates addresses, as far as it matters to whoever wants to get through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Nat {
    /// Keeps the port of a device, and drops what nobody inside has asked for.
    #[default]
    Filtering,
    /// Keeps the port, but takes what nobody has asked for for itself: a packet that comes before the
    /// device has sent one leaves the device another port towards whoever sent it.
    Unfiltered,
    /// Takes another port for each destination, so that what a STUN server sees is of no use.
    PortPerDestination,
}

/// A router with NAT, as people have it at home.
pub(super) struct Router {
    namespace: Namespace,
    /// The third number of its home's addresses, `10.0.x.0/24`.
    network: u8,
}

/// Makes the namespace of the servers: one wire on which all routers are.
pub(super) fn internet(address: Ipv4Addr, name: &str) -> Result<Namespace> {
    let internet = Namespace::new(name)?;
    bridge(&internet, "wire", 0)?;
    internet.ip(&format!("address add {address}/24 dev wire"))?;
    internet.ip("link set wire up")?;
    // What is sent to anywhere else is lost, as on the Internet. Without a route sending fails, and coturn 4.6 then
    // closes the relay from which it has sent to the address that somebody has at home.
    internet.ip(&format!(
        "neighbour add {NOWHERE} lladdr 02:00:00:00:01:00 dev wire nud permanent"
    ))?;
    internet.ip(&format!("route add default via {NOWHERE}"))?;
    Ok(internet)
}

/// Makes one with a hardware address that stays. By itself it has the lowest of what is plugged in,
/// and when that is pulled out, everybody else misses their router until they ask for its address
/// again: 25 to 50 s were seen.
fn bridge(namespace: &Namespace, name: &str, number: u8) -> Result<()> {
    let address = format!("02:00:00:00:00:{number:02x}");
    namespace.ip(&format!("link add {name} address {address} type bridge"))
}

/// Returns a device that nothing is plugged into. It is told at once that there are no names to
/// look up: waiting for a name server would hold up browsers for seconds at every start and end.
pub(super) fn device(name: &str) -> Result<Namespace> {
    let device = Namespace::new(name)?;
    device.run("iptables -w -A OUTPUT -p udp --dport 53 -j REJECT")?;
    Ok(device)
}

impl Router {
    /// Sets one up that has this public address.
    pub(super) fn new(
        name: &str,
        internet: &Namespace,
        public: Ipv4Addr,
        network: u8,
        nat: Nat,
    ) -> Result<Self> {
        let namespace = Namespace::new(name)?;
        let router = Self { namespace, network };
        router.connect(internet, public)?;
        router.open_home()?;
        router.translate(nat)?;
        Ok(router)
    }

    fn connect(&self, internet: &Namespace, public: Ipv4Addr) -> Result<()> {
        let own = self.namespace.name();
        let end = format!("to-{}", self.network);
        internet.ip(&format!(
            "link add {end} type veth peer name {WAN} netns {own}"
        ))?;
        internet.ip(&format!("link set {end} master wire up"))?;
        self.namespace
            .ip(&format!("address add {public}/24 dev {WAN}"))?;
        self.namespace.ip(&format!("link set {WAN} up"))
    }

    fn open_home(&self) -> Result<()> {
        let network = self.network;
        bridge(&self.namespace, LAN, network)?;
        self.namespace
            .ip(&format!("address add 10.0.{network}.1/24 dev {LAN}"))?;
        self.namespace.ip(&format!("link set {LAN} up"))
    }

    /// Everybody behind it has its public address. Whoever was not spoken to is not let in. Where it
    /// filters, they are not answered either: an answer would spoil the port that a device inside is
    /// about to use.
    fn translate(&self, nat: Nat) -> Result<()> {
        // What this names depends on who asks: here it is the namespace's.
        let forward = || std::fs::write("/proc/sys/net/ipv4/ip_forward", "1");
        self.namespace.enter(forward)??;
        let ports = match nat {
            Nat::Filtering | Nat::Unfiltered => "",
            Nat::PortPerDestination => " --random-fully",
        };
        let mut rules = vec![
            format!("-t nat -A POSTROUTING -o {WAN} -j MASQUERADE{ports}"),
            format!("-A FORWARD -i {WAN} -m conntrack --ctstate NEW -j DROP"),
        ];
        match nat {
            Nat::Filtering | Nat::PortPerDestination => rules.push(format!(
                "-A INPUT -i {WAN} -m conntrack --ctstate NEW -j DROP"
            )),
            Nat::Unfiltered => {}
        }
        for rule in rules {
            self.namespace.run(&format!("iptables -w {rule}"))?;
        }
        Ok(())
    }
}

/// A device's line: a cable with one end at the device and the other in a home.
pub(super) struct Line {
    device: Namespace,
    number: u8,
    /// Where the other end is.
    router: Namespace,
}

impl Line {
    /// Puts a cable from a device into a home.
    pub(super) fn plug(device: Namespace, number: u8, home: &Router) -> Result<Self> {
        let router = home.namespace.clone();
        let line = Self {
            device,
            number,
            router,
        };
        let (end, own) = (line.end(), line.device.name());
        line.router.ip(&format!(
            "link add {end} type veth peer name eth0 netns {own}"
        ))?;
        line.router.ip(&format!("link set {end} master {LAN} up"))?;
        line.take_address(home)?;
        Ok(line)
    }

    /// Pulls the cable out at the router. The device sees that.
    pub(super) fn cut(&self) -> Result<()> {
        self.router.ip(&format!("link set {} down", self.end()))
    }

    /// Puts it in again.
    pub(super) fn mend(&self) -> Result<()> {
        self.router.ip(&format!("link set {} up", self.end()))
    }

    /// Lets the device reach the router only, and nobody else in the home.
    pub(super) fn isolate(&self) -> Result<()> {
        let end = self.end();
        self.router
            .ip(&format!("link set {end} type bridge_slave isolated on"))
    }

    /// Stops all that runs on the device: it says nothing, and what it holds elsewhere stays held.
    pub(super) fn close_lid(&self) -> Result<()> {
        self.device.signal("STOP")
    }

    /// Lets it go on.
    pub(super) fn open_lid(&self) -> Result<()> {
        self.device.signal("CONT")
    }

    /// Begins to count what the device sends to servers and to people, whatever is in it. Names are looked up
    /// elsewhere.
    pub(super) fn count(&self) -> Result<()> {
        for network in COUNTED {
            let rule = format!("iptables -w -A OUTPUT -o eth0 -d {network}");
            self.device.run(&rule)?;
        }
        Ok(())
    }

    /// Returns how many packets that were.
    pub(super) fn counted(&self) -> Result<u64> {
        let said = self.device.ask("iptables -w -L OUTPUT -v -x -n")?;
        let of_rule = |line: &str| {
            let counted = COUNTED.iter().any(|network| line.contains(network));
            let packets = line.split_whitespace().next().filter(|_| counted)?;
            packets.parse::<u64>().ok()
        };
        let counts: Vec<u64> = said.lines().filter_map(of_rule).collect();
        ensure!(counts.len() == COUNTED.len(), "not counted: {said}");
        Ok(counts.iter().sum())
    }

    /// Plugs the same device into another home.
    pub(super) fn move_to(&mut self, home: &Router) -> Result<()> {
        self.router.ip(&format!("link delete {}", self.end()))?;
        *self = Self::plug(self.device.clone(), self.number, home)?;
        Ok(())
    }

    /// Takes an address, as DHCP does.
    fn take_address(&self, home: &Router) -> Result<()> {
        let (network, host) = (home.network, 100 + self.number);
        self.device
            .ip(&format!("address add 10.0.{network}.{host}/24 dev eth0"))?;
        self.device.ip("link set eth0 up")?;
        self.device
            .ip(&format!("route add default via 10.0.{network}.1"))
    }

    fn end(&self) -> String {
        format!("to-{}", self.number)
    }
}
