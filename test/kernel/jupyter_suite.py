"""Jupyter's own tests for kernels, for all that a TypeScript kernel can be asked.

Not asked: the pager (Jupyter's %page; TypeScript has no such thing) and iopub_welcome (an XPUB feature of
kernels that speak protocol 5.4).
"""
import unittest

import jupyter_kernel_test


class TypeScriptKernelTests(jupyter_kernel_test.KernelTests):
    kernel_name = "tslab-cifar10"
    language_name = "typescript"
    file_extension = ".ts"
    code_hello_world = "console.log('hello, world');"
    code_stderr = "console.error('to stderr');"
    code_generate_error = "throw new Error('on purpose')"
    code_execute_result = [
        {"code": "6 * 7", "result": "42"},
        {"code": "[1, 2].map((x) => 2 * x)", "result": "[ 2, 4 ]"},
        {"code": "await Promise.resolve('done')", "result": "'done'"},
    ]
    code_display_data = [
        {"code": "import * as tslab from 'tslab'; tslab.display.html('<b>bold</b>');", "mime": "text/html"},
        {"code": "tslab.display.png(new Uint8Array([1]));", "mime": "image/png"},
    ]
    code_clear_output = "import { displayHost } from '../lib/runtime/display'; displayHost()!.clear();"
    code_inspect_sample = "Math.max"
    completion_samples = [
        {"text": "console.assert", "matches": {"assert"}},
        {"text": "Math.sqr", "matches": {"sqrt", "SQRT2", "SQRT1_2"}},
    ]
    complete_code_samples = ["1", "const x = 2;", "function f(): number {\n  return 1;\n}"]
    incomplete_code_samples = ["function f() {", "const x = [1,", "if (true) {"]
    invalid_code_samples = ["const = 3;", "1 +* 2"]
    code_history_pattern = "6*7"
    supported_history_operations = ("tail", "range", "search")


if __name__ == "__main__":
    unittest.main()
