using Hierarchy.Server.Auditing;
using System.Net;
using Grpc.Core;

namespace Hierarchy.Server.Api.Admin;

/// <summary>Who may administer: callers on loopback only, until accounts exist. Every administrative method asks here first.</summary>
internal static class AdminDoor
{
    /// <summary>Refuses everybody else; what is decided from here on is decided by this caller.</summary>
    public static void Guard(ServerCallContext context)
    {
        var address = context.GetHttpContext().Connection.RemoteIpAddress;
        if (address is null || !IPAddress.IsLoopback(address))
            throw Refusal.Denied("Administration answers on the server itself only, until accounts exist: run the command there.");
        Caller.Enter(context, address);
    }
}
