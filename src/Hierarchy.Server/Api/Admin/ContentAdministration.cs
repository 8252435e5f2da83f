using Grpc.Core;
using Hierarchy.Content.Adoption;
using Hierarchy.Protocol.Admin.V1;

namespace Hierarchy.Server.Api.Admin;

/// <summary>Taking content over from a WSUS that stood on this machine, or whose folder is reachable from it.</summary>
internal sealed class ContentAdministration(ContentAdopter adopter, TimeProvider time)
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);

    public async Task AdoptAsync(AdoptContentRequest request, IServerStreamWriter<AdoptContentProgress> responses, CancellationToken cancellationToken)
    {
        var folder = request.Folder.Trim();
        if (!Path.IsPathFullyQualified(folder)) throw Refusal.Invalid($"'{folder}' is no absolute path. Name the folder as the server's machine sees it, e.g. D:\\WSUS\\WsusContent or /mnt/wsus/WsusContent.");
        if (!Directory.Exists(folder)) throw Refusal.NotFound($"The server's machine has no folder {folder}, or the server's account may not see it.");

        if (!ContentAdopter.IsContentFolder(folder))
            throw Refusal.Precondition($"{folder} holds no folders 00 to FF that can be read, so it is no content of a WSUS. Name the folder that does; as a rule it is called WsusContent.");

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var latest = new Latest();
        var mode = request.Copy ? AdoptionMode.Copy : AdoptionMode.LinkOrCopy;
        // The list of a large folder is long and comes in one piece: it is read beside, not before, the first message.
        var adoption = Task.Run(() => adopter.AdoptAsync(folder, mode, latest, stop.Token), CancellationToken.None);
        try
        {
            while (!adoption.IsCompleted)
            {
                await responses.WriteAsync(ToProto(latest.Now), cancellationToken);
                await Task.WhenAny(adoption, Task.Delay(Pace, time, cancellationToken));
            }
        }
        finally
        {
            // Nobody watches any more, or it is over. What was taken stays, and the next call passes over it.
            await stop.CancelAsync();
            await ((Task)adoption).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        var result = await adoption;
        var last = ToProto(result);
        last.Finished = true;
        last.WrongFiles.Add(result.Faults.Select(fault => new WrongFile { Path = fault.Path, Reason = fault.Reason }));
        await responses.WriteAsync(last, cancellationToken);
    }

    private static AdoptContentProgress ToProto(AdoptionProgress progress) => new()
    {
        FilesDone = progress.FilesDone,
        FilesTotal = progress.FilesTotal,
        BytesDone = progress.BytesDone,
        BytesTotal = progress.BytesTotal,
        Linked = progress.Linked,
        Copied = progress.Copied,
        AlreadyHere = progress.AlreadyHere,
        Unknown = progress.Unknown,
        Wrong = progress.Wrong,
    };

    /// <summary>Keeps the newest state alone.</summary>
    private sealed class Latest : IProgress<AdoptionProgress>
    {
        private volatile AdoptionProgress _now = AdoptionProgress.None;

        public AdoptionProgress Now => _now;

        public void Report(AdoptionProgress value) => _now = value;
    }
}
