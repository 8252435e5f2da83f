using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Hierarchy.Testing.Network;

/// <summary>Accepts connections on a free port of loopback and gives each to a handler until it is disposed.</summary>
public abstract class LoopbackListener : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<Task, bool> _conversations = new();
    private Task _accepting = Task.CompletedTask;

    /// <summary>Its port.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_conversations.Keys);
        _stopping.Dispose();
    }

    /// <summary>Called once by the derived class, when it is ready.</summary>
    protected void Listen()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Serves one connection to its end.</summary>
    protected abstract Task ServeAsync(Socket client, CancellationToken cancellationToken);

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var conversation = ConverseAsync(await _listener.AcceptSocketAsync(_stopping.Token));
                _conversations[conversation] = true;
                if (conversation.IsCompleted) _conversations.TryRemove(conversation, out _);
            }
        }
        catch (Exception problem) when (problem is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // It is being closed.
        }
    }

    private async Task ConverseAsync(Socket client)
    {
        try
        {
            client.NoDelay = true;
            await ServeAsync(client, _stopping.Token);
        }
        catch (Exception problem) when (problem is IOException or SocketException or OperationCanceledException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
        {
            // The other end went away, or did not like what it saw.
        }
        finally
        {
            client.Dispose();
        }
    }
}
