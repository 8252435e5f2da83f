using System.Threading.Channels;
using Hierarchy.Domain;
using Hierarchy.Replication.Wire;

namespace Hierarchy.Replication.Follower;

/// <summary>
/// One call to a parent: receives and decodes ahead of the disk, as far as a bounded channel lets it; beyond that, flow control holds the parent. Ends by completing <see cref="Messages"/>, with the cause.
/// </summary>
internal sealed class FeedCall : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly Channel<FeedMessage> _messages;
    private readonly TimeSpan _silence;
    private readonly ITimer _timer;
    private readonly Task _receiving;
    private volatile bool _silent;

    public FeedCall(Func<CancellationToken, IAsyncEnumerable<ReadOnlyMemory<byte>>> open, FollowerOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _silence = options.SilenceLimit;
        _messages = Channel.CreateBounded<FeedMessage>(new BoundedChannelOptions(options.ReceivedAhead) { SingleReader = true, SingleWriter = true });
        _timer = time.CreateTimer(_ => OnSilence(), null, _silence, Timeout.InfiniteTimeSpan);
        _receiving = Task.Run(() => ReceiveAsync(open), CancellationToken.None);
    }

    public ChannelReader<FeedMessage> Messages => _messages.Reader;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _receiving;
        await _timer.DisposeAsync();
        _stop.Dispose();
    }

    private async Task ReceiveAsync(Func<CancellationToken, IAsyncEnumerable<ReadOnlyMemory<byte>>> open)
    {
        try
        {
            await foreach (var frame in open(_stop.Token).WithCancellation(_stop.Token))
            {
                // Silence is the parent's: while our own disk is slow, the clock stands.
                _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                await _messages.Writer.WriteAsync(FeedCodec.Read(frame), _stop.Token);
                _timer.Change(_silence, Timeout.InfiniteTimeSpan);
            }

            _messages.Writer.Complete(new UnavailableException("the parent ended the call"));
        }
#pragma warning disable CA1031 // The cause is handed to the reader, which tells the kinds apart.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _messages.Writer.Complete(_silent ? new UnavailableException($"the parent said nothing for {_silence}", e) : e);
        }
    }

    private void OnSilence()
    {
        _silent = true;
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The call ended while the timer was on its way.
        }
    }
}
