using Hierarchy.Content;
using Hierarchy.Domain;
using Hierarchy.Domain.Catalog;
using Microsoft.Extensions.Logging;

namespace Hierarchy.Agent.Download;

/// <summary>
/// Fetches a file from the first server that gives it. An interrupted download goes on where it stopped, on the same server or on another: the name is the digest, so the
/// bytes are the same everywhere, and the whole is verified at the end. What does not verify is deleted, and the next server is asked.
/// </summary>
internal sealed partial class Downloader(ContentFolder content, HttpClient http, TimeProvider time, ILogger logger)
{
    private const int AttemptsPerServer = 4;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);

    /// <summary>Fetches the file; returns at once when it is here.</summary>
    /// <param name="file">The file.</param>
    /// <param name="servers">Content addresses, best first.</param>
    /// <param name="cancellationToken">Ends the download; what came stays for the next attempt.</param>
    /// <returns>What was fetched; null when the file was here.</returns>
    /// <exception cref="UnavailableException">No server gives it now.</exception>
    /// <exception cref="IntegrityException">No server gives it, and one gave other bytes than the document promises.</exception>
    internal async Task<DownloadedFile?> FetchAsync(UpdateFile file, IReadOnlyList<string> servers, CancellationToken cancellationToken)
    {
        if (file.Sha1.Length != 20) throw new IntegrityException($"The file {file.Name} has no SHA-1, so it has no name to ask for.");
        if (content.Contains(file)) return null;
        var problems = new List<string>();
        var isWrong = false;
        foreach (var server in servers)
        {
            for (var attempt = 1; attempt <= AttemptsPerServer; attempt++)
            {
                var resumes = File.Exists(content.PartialOf(file));
                try
                {
                    return await FetchFromAsync(file, server, cancellationToken);
                }
                catch (IntegrityException exception)
                {
                    Log.Wrong(logger, file.Name, server, exception.Message);
                    problems.Add($"{server}: {exception.Message}");

                    // What was wrong may be what was resumed; a server that is wrong from the first byte is not asked again.
                    if (resumes) continue;
                    isWrong = true;
                    break;
                }
                catch (FileNotFoundException exception)
                {
                    problems.Add($"{server}: {exception.Message}");
                    break;
                }
                catch (UnavailableException exception)
                {
                    Log.Failed(logger, file.Name, server, attempt, exception.Message);
                    if (attempt == AttemptsPerServer) problems.Add($"{server}: {exception.Message}");
                    else await Task.Delay(Pause(attempt), time, cancellationToken);
                }
            }
        }

        var summary = problems.Count == 0 ? "no server was named" : string.Join("; ", problems);
        if (isWrong) throw new IntegrityException($"{file.Name} cannot be had as its document describes it: {summary}");
        throw new UnavailableException($"{file.Name} cannot be downloaded now: {summary}");
    }

    /// <summary>Where a server keeps the file.</summary>
    internal static Uri AddressOf(string server, UpdateFile file) => new(server.TrimEnd('/') + ContentPath.For(new Sha1Digest(file.Sha1), file.Name));

    // Doubles, and differs from computer to computer.
    private static TimeSpan Pause(int attempt) => FirstPause * Math.Pow(2, attempt - 1) * (0.5 + Random.Shared.NextDouble());

    private async Task<DownloadedFile> FetchFromAsync(UpdateFile file, string server, CancellationToken cancellationToken)
    {
        var partial = content.PartialOf(file);
        long received;
        using (var transfer = new FileTransfer(http, time, file, server, partial))
        {
            try
            {
                received = await transfer.RunAsync(cancellationToken);
            }
            catch (IntegrityException)
            {
                transfer.Discard();
                throw;
            }
        }

        File.Move(partial, content.PathOf(file), overwrite: true);
        Log.Fetched(logger, file.Name, file.Size, received, server);
        return new DownloadedFile(file.Name, ContentFolder.NameOf(file), file.Size, received, server);
    }

    private static partial class Log
    {
        [LoggerMessage(1301, LogLevel.Information, "Downloaded {File} ({Size} bytes, {Received} over the network) from {Server}")]
        internal static partial void Fetched(ILogger logger, string file, long size, long received, string server);

        [LoggerMessage(1302, LogLevel.Warning, "{File} from {Server}, attempt {Attempt}: {Cause}")]
        internal static partial void Failed(ILogger logger, string file, string server, int attempt, string cause);

        [LoggerMessage(1303, LogLevel.Error, "{File} from {Server} is wrong and was deleted: {Cause}")]
        internal static partial void Wrong(ILogger logger, string file, string server, string cause);
    }
}
