using System.Globalization;

namespace Hierarchy.Testing.Namespaces;

/// <summary>
/// A network of sites in namespaces: headquarters in the middle, each branch behind a line of its own, each computer in a namespace of its own. Site n has 10.88.n.0/24; headquarters is site 0.
/// </summary>
public sealed class SiteNetwork : IDisposable
{
    private static int _made;

    private readonly string _prefix = string.Create(CultureInfo.InvariantCulture, $"hy{Environment.ProcessId}x{Interlocked.Increment(ref _made)}");
    private readonly List<string> _namespaces = [];
    private readonly List<WideAreaLink> _links = [];
    private readonly Dictionary<int, int> _hosts = [];

    /// <summary>Makes headquarters and so many branches, their lines with that bandwidth in bits a second.</summary>
    public SiteNetwork(int branches, long bitsPerSecond, int seed = 1)
    {
        if (NetworkNamespaces.WhyNot is { } why) throw new InvalidOperationException(why);
        try
        {
            AddSite(0);
            for (var site = 1; site <= branches; site++)
            {
                AddSite(site);
                Connect(site, bitsPerSecond, seed + site);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The lines, that of branch 1 first; their near side is the branch.</summary>
    public IReadOnlyList<WideAreaLink> Links => _links;

    /// <summary>The subnet of a site, as an administrator writes it.</summary>
    public static string Subnet(int site) => string.Create(CultureInfo.InvariantCulture, $"10.88.{site}.0/24");

    /// <summary>Puts another computer into a site.</summary>
    public HostPlace AddHost(int site)
    {
        var number = _hosts[site] = _hosts.GetValueOrDefault(site) + 1;
        var name = AddNamespace(string.Create(CultureInfo.InvariantCulture, $"s{site}h{number}"));
        var address = string.Create(CultureInfo.InvariantCulture, $"10.88.{site}.{10 + number}");
        var port = string.Create(CultureInfo.InvariantCulture, $"p{number}");
        Ip($"-n {name} link add eth0 type veth peer name {port} netns {Site(site)}");
        Ip($"-n {Site(site)} link set {port} master lan up");
        Ip($"-n {name} addr add {address}/24 dev eth0");
        Ip($"-n {name} link set eth0 up");
        Ip($"-n {name} route add default via 10.88.{Text(site)}.1");
        return new HostPlace(name, address, site);
    }

    public void Dispose()
    {
        foreach (var link in _links) link.Dispose();
        foreach (var name in Enumerable.Reverse(_namespaces)) NetworkNamespaces.Remove(name);
        _namespaces.Clear();
    }

    private void AddSite(int site)
    {
        var name = AddNamespace($"s{Text(site)}");
        Ip($"-n {name} link add lan type bridge");
        Ip($"-n {name} addr add 10.88.{Text(site)}.1/24 dev lan");
        Ip($"-n {name} link set lan up");
        Ip($"netns exec {name} sysctl -q -w net.ipv4.ip_forward=1");
    }

    private void Connect(int site, long bitsPerSecond, int seed)
    {
        var near = TunDevice.Open($"{_prefix}n");
        Ip($"link set {near.Name} netns {Site(site)} name wan");
        var far = TunDevice.Open($"{_prefix}f");
        Ip($"link set {far.Name} netns {Site(0)} name wan{Text(site)}");
        Raise(Site(site), "wan", $"10.89.{Text(site)}.2", $"10.89.{Text(site)}.1", "default", bitsPerSecond);
        Raise(Site(0), $"wan{Text(site)}", $"10.89.{Text(site)}.1", $"10.89.{Text(site)}.2", Subnet(site), bitsPerSecond);
        _links.Add(new WideAreaLink($"site {Text(site)}", near, far, seed));
    }

    private static void Raise(string space, string device, string address, string peer, string route, long bitsPerSecond)
    {
        Ip($"-n {space} addr add {address} peer {peer} dev {device}");
        Ip($"-n {space} link set {device} up");
        Ip($"-n {space} route add {route} via {peer} dev {device}");
        Ip($"netns exec {space} tc qdisc add dev {device} root tbf rate {bitsPerSecond.ToString(CultureInfo.InvariantCulture)}bit burst 64kb latency 400ms");
    }

    private string AddNamespace(string name)
    {
        Ip($"netns add {_prefix}{name}");
        _namespaces.Add($"{_prefix}{name}");
        Ip($"-n {_prefix}{name} link set lo up");
        return $"{_prefix}{name}";
    }

    private string Site(int site) => $"{_prefix}s{Text(site)}";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static void Ip(string arguments) => NetworkNamespaces.Run("ip", arguments);
}
