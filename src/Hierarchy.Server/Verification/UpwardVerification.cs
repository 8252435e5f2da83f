using System.Threading.Channels;
using Grpc.Core;
using Grpc.Net.Client;
using Hierarchy.Protocol.Feed.V1;
using Hierarchy.Replication;
using Hierarchy.Replication.Wire;

namespace Hierarchy.Server.Verification;

/// <summary>The way up: this server and those above it, each verifying itself, each asking the next.</summary>
/// <param name="desk">This server's own part.</param>
/// <param name="self">Who this is.</param>
/// <param name="parent">Where the parent answers; null for a root.</param>
internal sealed class UpwardVerification(VerificationDesk desk, ServerIdentity self, Func<Uri?> parent)
{
    /// <summary>Answers a server below: itself, then what comes from above.</summary>
    public async Task AnswerAsync(VerifyUpwardRequest request, IServerStreamWriter<VerifyUpwardResponse> responses, CancellationToken cancellationToken)
    {
        if (request.Passed.Select(id => Positions.Id(id, "server")).Contains(self.Id)) return;
        var mine = desk.Begin(Positions.Id(request.VerificationId, "verification"), [self.Id], passOn: false);
        var found = Channel.CreateUnbounded<ServerVerification>(new UnboundedChannelOptions { SingleReader = true });
        var both = Task.WhenAll(OwnAsync(mine, found.Writer, cancellationToken), AskAsync(request, found.Writer, cancellationToken));
        _ = both.ContinueWith(task => found.Writer.TryComplete(task.Exception?.InnerException), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        await foreach (var server in found.Reader.ReadAllAsync(cancellationToken))
            await responses.WriteAsync(new VerifyUpwardResponse { Server = server }, cancellationToken);
        await both;
    }

    /// <summary>Asks the parent, and hears of all above.</summary>
    /// <returns>False for a root.</returns>
    public async Task<bool> AskAsync(VerifyUpwardRequest passed, ChannelWriter<ServerVerification> found, CancellationToken cancellationToken)
    {
        if (parent() is not { } url) return false;
        var request = passed.Clone();
        request.Passed.Add(Positions.Id(self.Id));
        try
        {
            using var channel = GrpcChannel.ForAddress(url);
            using var call = new DigestService.DigestServiceClient(channel).VerifyUpward(request, cancellationToken: cancellationToken);
            while (await call.ResponseStream.MoveNext(cancellationToken))
                if (call.ResponseStream.Current.Server is { } server)
                    found.TryWrite(server);
        }
        catch (Exception exception) when (exception is RpcException or IOException or HttpRequestException && !cancellationToken.IsCancellationRequested)
        {
            var reason = exception is RpcException { StatusCode: StatusCode.Unimplemented } ? "its version does not verify." : exception is RpcException rpc ? $"{rpc.StatusCode}: {rpc.Status.Detail}" : exception.Message;
            found.TryWrite(new ServerVerification { ServerName = url.ToString(), State = VerificationState.Failed, Reason = $"{self.Name} cannot ask {url}, which it follows: {reason} Look at that server, then verify again." });
        }

        return true;
    }

    private async Task OwnAsync(Verification mine, ChannelWriter<ServerVerification> found, CancellationToken cancellationToken)
    {
        while (true)
        {
            var changed = mine.Changed;
            if (mine.Servers.TryGetValue(self.Id, out var own))
            {
                found.TryWrite(own);
                if (own.State != VerificationState.Running) return;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }
}
