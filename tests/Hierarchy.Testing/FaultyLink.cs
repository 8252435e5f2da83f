using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Hierarchy.Testing;

/// <summary>
/// A line between two programs on one machine that a test can cut, hold, slow down or take out of service. It forwards TCP connections from a port of its own
/// to the target; nothing of what passes is understood. All switches apply to connections that stand as well as to new ones.
/// </summary>
public sealed class FaultyLink : IAsyncDisposable
{
    private const int PieceLength = 16 * 1024;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<LinkConnection, bool> _connections = new();
    private readonly Task _accepting;
    private volatile TaskCompletionSource? _held;
    private long _bytesToTarget;
    private long _bytesFromTarget;
    private long _cutAfter = long.MaxValue;
    private int _accepted;

    private FaultyLink(EndPoint target)
    {
        Target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where connections are forwarded; a change applies to the next connection.</summary>
    public EndPoint Target { get; set; }

    public IPEndPoint Address => (IPEndPoint)_listener.LocalEndpoint;

    /// <summary>Whether new connections are cut at once, as by a server that is down.</summary>
    public bool IsDown { get; set; }

    /// <summary>How long each piece of data waits, in either direction.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>How much each direction of a connection carries in a second; zero means as much as there is.</summary>
    public int BytesPerSecond { get; set; }

    public long BytesToTarget => Interlocked.Read(ref _bytesToTarget);

    public long BytesFromTarget => Interlocked.Read(ref _bytesFromTarget);

    /// <summary>How many connections were accepted so far.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    public int Open => _connections.Count;

    /// <summary>Opens a link to an address.</summary>
    public static FaultyLink To(EndPoint target) => new(target);

    /// <summary>Opens a link to a server on this machine.</summary>
    public static FaultyLink To(Uri server) => new(new IPEndPoint(IPAddress.Loopback, server.Port));

    /// <summary>The address to use in place of the server's own.</summary>
    public Uri Url(string scheme = "http") => new($"{scheme}://{Address}");

    /// <summary>Cuts every connection that stands, with a reset.</summary>
    public void Cut()
    {
        foreach (var connection in _connections.Keys)
            connection.Reset();
    }

    /// <summary>Cuts the connection that carries it as soon as so many further bytes have come from the target.</summary>
    public void CutAfter(long bytesFromTarget) => Interlocked.Exchange(ref _cutAfter, BytesFromTarget + bytesFromTarget);

    /// <summary>Holds everything back without cutting, as a line does that lost its far end.</summary>
    public void Hold() => Interlocked.CompareExchange(ref _held, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), null);

    /// <summary>Lets what was held go on.</summary>
    public void Release() => Interlocked.Exchange(ref _held, null)?.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        Release();
        Cut();
        await _accepting;
        await Task.WhenAll(_connections.Keys.Select(connection => connection.Completion));
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_stopping.Token);
                Interlocked.Increment(ref _accepted);
                if (IsDown)
                {
                    LinkConnection.Reset(client);
                    continue;
                }

                var connection = new LinkConnection(client);
                _connections[connection] = true;
                connection.Completion = CarryAsync(connection);
            }
        }
        catch (Exception problem) when (problem is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The link is being closed.
        }
    }

    private async Task CarryAsync(LinkConnection connection)
    {
        try
        {
            connection.Server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            connection.Client.NoDelay = true;
            await connection.Server.ConnectAsync(Target, _stopping.Token);
            await Task.WhenAll(
                PumpAsync(connection, connection.Client, connection.Server, isFromTarget: false),
                PumpAsync(connection, connection.Server, connection.Client, isFromTarget: true));
        }
        catch (Exception problem) when (problem is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Either end closed, or the test cut the line: the other end is told by a reset.
        }
        finally
        {
            connection.Reset();
            _connections.TryRemove(connection, out _);
        }
    }

    private async Task PumpAsync(LinkConnection connection, Socket from, Socket to, bool isFromTarget)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(PieceLength);
        try
        {
            while (true)
            {
                var read = await from.ReceiveAsync(buffer.AsMemory(0, PieceLength), _stopping.Token);
                if (read == 0)
                {
                    to.Shutdown(SocketShutdown.Send);
                    return;
                }

                await WaitAsync(read);
                var allowed = isFromTarget ? CountFromTarget(read) : read;
                if (!isFromTarget)
                    Interlocked.Add(ref _bytesToTarget, read);
                for (var sent = 0; sent < allowed;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, allowed - sent), _stopping.Token);
                if (allowed == read)
                    continue;
                connection.Reset();
                return;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private int CountFromTarget(int read)
    {
        var before = Interlocked.Add(ref _bytesFromTarget, read) - read;
        var limit = Interlocked.Read(ref _cutAfter);
        if (before + read < limit)
            return read;
        Interlocked.CompareExchange(ref _cutAfter, long.MaxValue, limit);
        return (int)Math.Clamp(limit - before, 0, read - 1);
    }

    private async Task WaitAsync(int bytes)
    {
        var wait = Delay;
        if (BytesPerSecond > 0)
            wait += TimeSpan.FromSeconds((double)bytes / BytesPerSecond);
        if (wait > TimeSpan.Zero)
            await Task.Delay(wait, _stopping.Token);
        while (_held is { } held)
            await held.Task.WaitAsync(_stopping.Token);
    }

    private sealed class LinkConnection(Socket client)
    {
        public Socket Client => client;

        public Socket? Server { get; set; }

        public Task Completion { get; set; } = Task.CompletedTask;

        public void Reset()
        {
            Reset(client);
            if (Server is { } server)
                Reset(server);
        }

        public static void Reset(Socket socket)
        {
            try
            {
                socket.LingerState = new LingerOption(enable: true, seconds: 0);
            }
            catch (Exception problem) when (problem is SocketException or ObjectDisposedException)
            {
                // Closed already.
            }

            socket.Dispose();
        }
    }
}
