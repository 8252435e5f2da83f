using System.Globalization;

namespace Hierarchy.Benchmarks;

/// <summary>Where figures go: a line `name value unit` each.</summary>
internal sealed class Figures(TextWriter output)
{
    public void Add(string name, double value, string unit)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name} {value:0.###} {unit}"));
        output.Flush();
    }
}
