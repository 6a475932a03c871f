# SPDX-License-Identifier: Apache-2.0
# Writes version.h; leaves it alone when nothing changed, so that nothing is compiled again.
set(commit unknown)
execute_process(
  COMMAND git -C ${SOURCE_DIR} describe --always --dirty --abbrev=12 --exclude=*
  OUTPUT_VARIABLE described OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE status)
if(status EQUAL 0)
  set(commit ${described})
endif()
string(REPLACE "-" " " COMPILER ${COMPILER})
set(content "// SPDX-License-Identifier: Apache-2.0
#pragma once

#define FP8ORACLE_VERSION \"${VERSION}\"
#define FP8ORACLE_COMMIT \"${commit}\"
#define FP8ORACLE_COMPILER \"${COMPILER}\"
")
set(present "")
if(EXISTS ${OUTPUT})
  file(READ ${OUTPUT} present)
endif()
if(NOT present STREQUAL content)
  file(WRITE ${OUTPUT} "${content}")
endif()
