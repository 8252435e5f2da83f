using Grpc.Core;
using Hierarchy.Domain;
using Hierarchy.Domain.Changes;
using Hierarchy.Replication.Digest;
using Hierarchy.Replication.Follower;
using Hierarchy.Replication.Wire;

namespace Hierarchy.Replication.Repair;

/// <summary>Gives a <see cref="RepairMachine"/> the source's answers and the mirror's rows, and does what it says. What the source does becomes an outcome; what the own disk does is thrown.</summary>
/// <param name="log">The mirror.</param>
/// <param name="staging">Sees what is staged, as with a snapshot; null for nobody.</param>
/// <param name="silence">A source that says nothing for so long is given up.</param>
/// <param name="time">The clock.</param>
/// <param name="onOwn">Hears whether the mirror's own rows are sound.</param>
internal sealed class RepairDriver(IMirrorLog log, IStagingObserver? staging, TimeSpan silence, TimeProvider time, Action<bool> onOwn)
{
    private const int PageRecords = 1000;
    private const int PageBytes = 4 * 1024 * 1024;

    private static readonly Func<IDigestSum> NewSum = () => new LogDigest();

    public async Task<RepairOutcome> RunAsync(ServerIdentity self, bool isThorough, Func<CancellationToken, ICompareCall> open, CancellationToken cancellationToken)
    {
        if (log.Checkpoint is not { } live) return new RepairOutcome.Sound();
        var machine = new RepairMachine(self, live, log.Head.Floor, isThorough, NewSum);
        await using var call = open(cancellationToken);
        var effects = new Queue<RepairEffect>(machine.Start());
        while (true)
        {
            IReadOnlyList<RepairEffect> more = [];
            if (!effects.TryDequeue(out var effect))
            {
                try
                {
                    more = machine.OnAnswer(await call.HearAsync(cancellationToken).WaitAsync(silence, time, cancellationToken));
                }
                catch (Exception e) when (e is IntegrityException or RpcException or UnavailableException or IOException or HttpRequestException or TimeoutException)
                {
                    // A call that is cancelled ends in many ways; none of them is this server's failure.
                    cancellationToken.ThrowIfCancellationRequested();
                    return OutcomeOf(e);
                }
            }
            else
            {
                switch (effect)
                {
                    case RepairEffect.Ask ask:
                        try
                        {
                            await call.AskAsync(ask.Request, cancellationToken);
                        }
                        catch (Exception e) when (e is RpcException or IOException or HttpRequestException or InvalidOperationException)
                        {
                            cancellationToken.ThrowIfCancellationRequested();
                            // The call is over; what it ended with is heard below.
                            return await EndOfAsync(call, e, cancellationToken);
                        }

                        break;
                    case RepairEffect.TakeInventory:
                        var own = await LogInventory.ReadAsync(log, NewSum, pace: null, cancellationToken);
                        onOwn(own.IsSound);
                        more = machine.OnInventory(own);
                        break;
                    case RepairEffect.BeginStaging begin:
                        await log.BeginStagingAsync(StagingMode.Snapshot, begin.SourceFloor, cancellationToken);
                        staging?.Begin(StagingMode.Snapshot);
                        break;
                    case RepairEffect.ReadOwn read:
                        more = machine.OnOwnPage(await log.ReadPageAsync(read.After, PageRecords, PageBytes, cancellationToken));
                        break;
                    case RepairEffect.Stage stage:
                        if (staging is not null) await staging.TakeAsync(stage.Records, cancellationToken);
                        await log.StageAsync(stage.Records, stage.Through, stage.SourceHead, cancellationToken);
                        break;
                    case RepairEffect.Finish finish:
                        return finish.Outcome;
                }
            }

            foreach (var next in more) effects.Enqueue(next);
        }
    }

    private async Task<RepairOutcome> EndOfAsync(ICompareCall call, Exception asked, CancellationToken cancellationToken)
    {
        try
        {
            await call.HearAsync(cancellationToken).WaitAsync(silence, time, cancellationToken);
            return OutcomeOf(asked);
        }
        catch (Exception e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return OutcomeOf(e);
        }
    }

    private static RepairOutcome OutcomeOf(Exception e) => e switch
    {
        RpcException { StatusCode: StatusCode.Unimplemented } => new RepairOutcome.TakeSnapshot("its version does not compare."),
        TimeoutException => new RepairOutcome.Unavailable("it said nothing while the two were compared."),
        _ => RpcErrors.Explain(e) switch
        {
            (FeedEnd.Integrity, var reason) => new RepairOutcome.SourceWrong(reason),
            (_, var reason) => new RepairOutcome.Unavailable(reason),
        },
    };
}
