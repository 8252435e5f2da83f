using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Hierarchy.Testing.Network;

/// <summary>
/// A simulated HTTP proxy on loopback: CONNECT and requests by full address, one request a connection, and an account when one is demanded (Basic only).
/// Whatever host is asked for, it goes to the one that <see cref="Resolve"/> says, so tests use names that nobody resolves.
/// </summary>
public sealed class SimulatedProxy : LoopbackListener
{
    private readonly Lock _gate = new(); // Guards the list.
    private readonly List<string> _seen = [];
    private int _refused;

    private SimulatedProxy() => Listen();

    /// <summary>`user:password` that it demands; null when it lets everybody through.</summary>
    public string? Account { get; set; }

    /// <summary>A status that it answers every request with, whoever asks; null when it does what it is for.</summary>
    public int? AnswersAlways { get; set; }

    /// <summary>Where a host and port are found; as they say by default.</summary>
    public Func<string, int, EndPoint> Resolve { get; set; } = static (host, port) => new DnsEndPoint(host, port);

    public string Address => $"http://127.0.0.1:{Port}";

    /// <summary>How often it demanded an account.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>First lines of the requests that it let through, with what called itself.</summary>
    public IReadOnlyList<string> Seen
    {
        get
        {
            lock (_gate) return [.. _seen];
        }
    }

    public static SimulatedProxy Start() => new();

    protected override async Task ServeAsync(Socket client, CancellationToken cancellationToken)
    {
        await using var near = new NetworkStream(client, ownsSocket: false);
        while (await HttpHead.ReadAsync(near, cancellationToken) is { } head)
        {
            if (AnswersAlways is { } status)
            {
                await head.ReadBodyAsync(near, cancellationToken);
                await AnswerAsync(near, $"{status} Refused by a simulated proxy", "", cancellationToken);
                continue;
            }

            if (Account is { } account && head.Headers.GetValueOrDefault("Proxy-Authorization") != "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(account)))
            {
                Interlocked.Increment(ref _refused);
                await head.ReadBodyAsync(near, cancellationToken);
                await AnswerAsync(near, "407 Proxy Authentication Required", "Proxy-Authenticate: Basic realm=\"simulated\"\r\n", cancellationToken);
                continue;
            }

            lock (_gate) _seen.Add($"{head.FirstLine} {head.Headers.GetValueOrDefault("User-Agent")}");
            var words = head.FirstLine.Split(' ');
            if (words[0] == "CONNECT") await TunnelAsync(near, words[1], cancellationToken);
            else await ForwardAsync(near, head, new Uri(words[1]), cancellationToken);
            return;
        }
    }

    private async Task TunnelAsync(NetworkStream near, string target, CancellationToken cancellationToken)
    {
        var colon = target.LastIndexOf(':');
        using var server = await ConnectAsync(target[..colon], int.Parse(target[(colon + 1)..], System.Globalization.CultureInfo.InvariantCulture), cancellationToken);
        await using var far = new NetworkStream(server, ownsSocket: false);
        await near.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), cancellationToken);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var (up, down) = (near.CopyToAsync(far, ended.Token), far.CopyToAsync(near, ended.Token));
        await Task.WhenAny(up, down);
        await ended.CancelAsync();
        await Task.WhenAll(up, down);
    }

    private async Task ForwardAsync(NetworkStream near, HttpHead head, Uri url, CancellationToken cancellationToken)
    {
        var body = await head.ReadBodyAsync(near, cancellationToken);
        using var server = await ConnectAsync(url.Host, url.Port, cancellationToken);
        await using var far = new NetworkStream(server, ownsSocket: false);
        var text = new StringBuilder($"{head.FirstLine.Split(' ')[0]} {url.PathAndQuery} HTTP/1.1\r\nConnection: close\r\n");
        foreach (var (name, value) in head.Headers)
            if (!name.StartsWith("Proxy-", StringComparison.OrdinalIgnoreCase) && !name.Equals("Connection", StringComparison.OrdinalIgnoreCase)) text.Append($"{name}: {value}\r\n");
        await far.WriteAsync(Encoding.ASCII.GetBytes(text.Append("\r\n").ToString()), cancellationToken);
        await far.WriteAsync(body, cancellationToken);
        await far.CopyToAsync(near, cancellationToken);
    }

    private async Task<Socket> ConnectAsync(string host, int port, CancellationToken cancellationToken)
    {
        var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await server.ConnectAsync(Resolve(host, port), cancellationToken);
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    private static ValueTask AnswerAsync(NetworkStream near, string status, string header, CancellationToken cancellationToken) =>
        near.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\n{header}Content-Length: 0\r\n\r\n"), cancellationToken);
}
