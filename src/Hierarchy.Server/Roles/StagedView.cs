using System.Threading.Channels;
using Hierarchy.Domain.Changes;
using Hierarchy.Domain.View;

namespace Hierarchy.Server.Roles;

/// <summary>A view in the making: understands pages on a thread of its own while the disk stores them. A few pages wait at most, so it costs no memory when it is the slower one.</summary>
internal sealed class StagedView
{
    private readonly Channel<IReadOnlyList<ChangeRecord>> _pages =
        Channel.CreateBounded<IReadOnlyList<ChangeRecord>>(new BoundedChannelOptions(4) { SingleReader = true, SingleWriter = true });
    private readonly ServedViewBuilder _builder;
    private readonly Task _building;

    /// <param name="take">Puts records into a builder.</param>
    /// <param name="overlay">The log that its decisions are to come from; none for the one whose pages pass.</param>
    public StagedView(Action<ServedViewBuilder, IReadOnlyList<ChangeRecord>> take, LogId overlay)
    {
        Overlay = overlay;
        _builder = new ServedViewBuilder(previous: null, overlay);
        _building = Task.Run(async () =>
        {
            try
            {
                await foreach (var page in _pages.Reader.ReadAllAsync())
                    take(_builder, page);
            }
            catch (Exception exception)
            {
                // Nobody reads on: whoever hands over hears of it instead of waiting for ever.
                _pages.Writer.TryComplete(exception);
                throw;
            }
        });
    }

    /// <summary>The log that its decisions are to come from; none for the one whose pages pass.</summary>
    public LogId Overlay { get; }

    public ValueTask TakeAsync(IReadOnlyList<ChangeRecord> records, CancellationToken cancellationToken) => _pages.Writer.WriteAsync(records, cancellationToken);

    /// <summary>All pages are in: gives the builder.</summary>
    public async Task<ServedViewBuilder> FinishAsync(CancellationToken cancellationToken)
    {
        _pages.Writer.TryComplete();
        await _building.WaitAsync(cancellationToken);
        return _builder;
    }

    /// <summary>What was seen counts no more.</summary>
    public void Abandon() => _pages.Writer.TryComplete();
}
