using System.CommandLine;
using System.Net;
using Hierarchy.Content;
using Hierarchy.Content.Transfer;
using Hierarchy.Domain.Catalog;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hierarchy.Testing.Files;

/// <summary>The verb content-node: a server with nothing but the content room, which fetches the listed files from a parent until it is killed. It tells its counts at /counts. For those that kill it.</summary>
public static class ContentNode
{
    /// <summary>What is printed before the address.</summary>
    public const string Ready = "ready http=";

    private static readonly Option<DirectoryInfo> Folder = new("--folder") { Description = "Where its store is.", Required = true };
    private static readonly Option<string> Parent = new("--parent") { Description = "The parent's content address.", Required = true };
    private static readonly Option<FileInfo> Files = new("--files") { Description = "The files, a line each.", Required = true };

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var command = new Command("content-node", "Fetches files ahead until it is killed.") { Folder, Parent, Files };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetRequiredValue(Folder).FullName, new Uri(parsed.GetRequiredValue(Parent)), parsed.GetRequiredValue(Files).FullName, cancellationToken));
        return command;
    }

    private static async Task RunAsync(string folder, Uri parent, string list, CancellationToken cancellationToken)
    {
        var files = (await File.ReadAllLinesAsync(list, cancellationToken)).Select(GeneratedFile.FromLine).ToArray();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listener => listener.Protocols = HttpProtocols.Http1));
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IContentCatalog>(new Listed(files));
        builder.Services.AddContent(new ContentOptions { Directory = folder, ParentUrl = parent, ReservedBytes = 0, RetryDelay = TimeSpan.FromMilliseconds(20), MaxAttempts = 100 });
        await using var app = builder.Build();
        app.MapContent();
        app.MapGet("/counts", (ContentCounters counters, HttpContext context) => context.Response.WriteAsync($"{counters.Read().BytesFetchedFromParent} {counters.Read().FilesStored} {counters.Read().VerificationFailures}", context.RequestAborted));
        await app.StartAsync(cancellationToken);
        app.Services.GetRequiredService<ContentAhead>().Want(files);
        Console.WriteLine($"{Ready}{app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()}"); // Kestrel always has the feature.
        await Task.Delay(Timeout.Infinite, cancellationToken);
    }

    private sealed class Listed(IEnumerable<ContentFile> files) : IContentCatalog
    {
        private readonly Dictionary<Sha1Digest, ContentFile> _files = files.ToDictionary(file => file.Sha1);

        public ContentFile? Find(Sha1Digest sha1) => _files.GetValueOrDefault(sha1);
    }
}
