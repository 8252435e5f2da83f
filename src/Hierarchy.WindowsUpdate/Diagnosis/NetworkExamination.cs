using System.Net;
using System.Net.Sockets;
using Hierarchy.WindowsUpdate.Transport;
using Hierarchy.WindowsUpdate.Upstream;

namespace Hierarchy.WindowsUpdate.Diagnosis;

/// <summary>The steps below HTTP: the name and the port of the upstream, or of the proxy before it.</summary>
internal sealed class NetworkExamination(Uri root, Uri? proxy, UpstreamOptions options, TimeProvider time)
{
    private readonly Uri _first = proxy ?? root;
    private IPAddress[] _addresses = [];

    private bool IsProxied => proxy is not null;

    private string Whose => IsProxied ? $"the proxy {_first.IdnHost}" : _first.IdnHost;

    public async Task<Finding> ResolveAsync(CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(_first.IdnHost, out var address))
        {
            _addresses = [address];
            return Finding.Skipped($"No name to resolve: {Whose} is an address.");
        }

        using var deadline = new CancellationTokenSource(options.ConnectTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            _addresses = await Dns.GetHostAddressesAsync(_first.IdnHost, linked.Token);
        }
        catch (SocketException exception)
        {
            return Finding.Failed(TransportFailure.Name(_first, IsProxied, TransportFailure.Reason(exception)));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Finding.Failed(TransportFailure.Name(_first, IsProxied, $"the name servers said nothing for {options.ConnectTimeout.TotalSeconds:0.#} seconds"));
        }

        if (_addresses.Length == 0) return Finding.Failed(TransportFailure.Name(_first, IsProxied, "the name servers know the name without an address"));
        var resolver = IsProxied ? $" The proxy resolves {root.IdnHost}." : "";
        return Finding.Ok($"{Whose} is {string.Join(", ", _addresses.Take(8).Select(found => found.ToString()))}.{resolver}");
    }

    public async Task<Finding> ConnectAsync(CancellationToken cancellationToken)
    {
        var refused = new List<string>();
        IPAddress? answered = null;
        foreach (var address in _addresses)
        {
            if (await TryConnectAsync(address, cancellationToken) is { } reason) refused.Add($"{address}: {reason}");
            else answered ??= address;
        }

        if (answered is null) return Finding.Failed(TransportFailure.Connection(_first, IsProxied, string.Join("; ", refused)));
        // One family of addresses that leads nowhere slows every new connection down.
        var others = refused.Count == 0 ? "" : $" Not so {string.Join("; ", refused)}.";
        return Finding.Ok($"{Whose} port {_first.Port} accepts connections at {answered}.{others}");
    }

    private async Task<string?> TryConnectAsync(IPAddress address, CancellationToken cancellationToken)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using var deadline = new CancellationTokenSource(options.ConnectTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            await socket.ConnectAsync(address, _first.Port, linked.Token);
            return null;
        }
        catch (SocketException exception)
        {
            return TransportFailure.Reason(exception);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"no answer within {options.ConnectTimeout.TotalSeconds:0.#} seconds";
        }
    }
}
