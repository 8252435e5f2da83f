namespace Hierarchy.WindowsUpdate.Upstream;

/// <summary>An upstream server answered with a fault. <see cref="UpstreamSync"/> reacts to it; it leaves only <see cref="UpstreamClient"/>.</summary>
public sealed class UpstreamFaultException : Exception
{
    /// <summary>Of this fault.</summary>
    public UpstreamFaultException(UpstreamFault fault)
        : base($"{fault.Operation}: the upstream answered {fault.Code}{(fault.Message.Length > 0 ? $" ({fault.Message})" : "")}{(fault.Id.Length > 0 ? $", incident {fault.Id}" : "")}.") =>
        Fault = fault;

    /// <summary>What the server said.</summary>
    public UpstreamFault Fault { get; }
}
