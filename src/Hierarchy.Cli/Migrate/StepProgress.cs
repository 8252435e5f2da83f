using Hierarchy.Cli.Formats;
using Spectre.Console;

namespace Hierarchy.Cli.Migrate;

/// <summary>Shows how far something is, on standard error: a moving bar on a terminal, a line now and then elsewhere.</summary>
internal sealed class StepProgress(Output output, TimeProvider time)
{
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(1);

    /// <summary>Runs the work, which tells how far it is: what is done, of how much, and in words.</summary>
    public async Task RunAsync(string name, Func<Action<long, long, string>, Task> work)
    {
        if (output.ShowsBar)
        {
            await output.ProgressConsole().Progress().AutoClear(enabled: true)
                .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn())
                .StartAsync(async context =>
                {
                    var task = context.AddTask(name);
                    await work((done, total, figures) =>
                    {
                        task.Description = Markup.Escape($"{name}  {figures}");
                        task.MaxValue = Math.Max(total, 1);
                        task.Value = done;
                    });
                });
            return;
        }

        var last = time.GetTimestamp();
        var isFirst = true;
        await work((done, total, figures) =>
        {
            if (!isFirst && done < total && time.GetElapsedTime(last) < LineInterval) return;
            (last, isFirst) = (time.GetTimestamp(), false);
            output.ProgressLines.WriteLine($"{name}  {figures}");
        });
    }

    /// <summary>`3 of 10`.</summary>
    public static string Of(long done, long total) => $"{Human.Count(done)} of {Human.Count(total)}";
}
