namespace Hierarchy.Replication.Courier;

/// <summary>A frame that was read and checked.</summary>
/// <param name="Type">What its body is.</param>
/// <param name="Body">A slice that stays valid.</param>
public readonly record struct CourierFrame(CourierFrameType Type, ReadOnlyMemory<byte> Body);
