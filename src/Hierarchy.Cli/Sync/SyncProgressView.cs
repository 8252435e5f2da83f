using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Hierarchy.Cli.Sync;

/// <summary>Shows a synchronization while it runs, on standard error: a moving bar on a terminal, a line now and then elsewhere, a JSON document a line for programs.</summary>
internal sealed class SyncProgressView(Output output, TimeProvider time)
{
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(1);

    private readonly SyncMeter meter = new();

    /// <summary>Shows the stream to its end and answers its last message's result; null when it broke off.</summary>
    public Task<SyncRun?> ShowAsync(IAsyncEnumerable<SyncProgress> stream, CancellationToken cancellationToken)
        => output.ShowsBar && !output.Json ? ShowBarAsync(stream, cancellationToken) : ShowLinesAsync(stream, cancellationToken);

    private async Task<SyncRun?> ShowBarAsync(IAsyncEnumerable<SyncProgress> stream, CancellationToken cancellationToken)
    {
        SyncRun? finished = null;
        var console = output.ProgressConsole();
        await console.Progress()
            .AutoClear(enabled: true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new FiguresColumn(meter))
            .StartAsync(async context =>
            {
                var task = context.AddTask("connecting").IsIndeterminate();
                await foreach (var progress in stream.WithCancellation(cancellationToken))
                {
                    finished = progress.Finished ?? finished;
                    if (progress.Phase.Length == 0) continue;
                    meter.Note(progress);
                    task.Description = Markup.Escape(meter.Phase);
                    task.IsIndeterminate = meter.Total == 0;
                    task.MaxValue = Math.Max(meter.Total, 1);
                    task.Value = meter.Done;
                }
            });
        return finished;
    }

    private async Task<SyncRun?> ShowLinesAsync(IAsyncEnumerable<SyncProgress> stream, CancellationToken cancellationToken)
    {
        SyncRun? finished = null;
        var last = time.GetTimestamp();
        await foreach (var progress in stream.WithCancellation(cancellationToken))
        {
            finished = progress.Finished ?? finished;
            if (progress.Phase.Length == 0) continue;
            var begins = meter.Note(progress);
            if (!begins && time.GetElapsedTime(last) < LineInterval) continue;
            last = time.GetTimestamp();
            await output.ProgressLines.WriteLineAsync(output.Json ? Json.Line(SyncProgressBody.From(progress)) : $"{meter.Phase}  {meter.Figures()}");
        }

        return finished;
    }

    /// <summary>Rate and time remaining beside the bar.</summary>
    private sealed class FiguresColumn(SyncMeter meter) : ProgressColumn
    {
        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Text(meter.Figures());
    }
}
